#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What a job of a CI does: a shard of a run, the judgement of all shards, or a whole run.
#
# job.sh DIRECTORY leaves there what the run says. The environment has the rest: KERNEL and CASE, one
# a line; OPTIONS and GATE, more words for the command line; SHARD, K/N; MERGE and ACCEPT, true or
# not. DIRECTORY/baseline.json is compared with, if it is there. The exit status is Landproof's.
set -eu
directory=$1
landproof=$(dirname "$(readlink -f "$0")")/../landproof
mkdir -p "$directory"

read -r -a options <<<"${OPTIONS-}"
read -r -a gate <<<"${GATE-}"
while read -r word; do
	[ -z "$word" ] || options+=("--kernel=$word")
done <<<"${KERNEL-}"
while read -r word; do
	[ -z "$word" ] || options+=("--case=$word")
done <<<"${CASE-}"

if [ -n "${SHARD-}" ]; then
	"$landproof" run "${options[@]}" --shard "$SHARD" --json "$directory/shard-${SHARD%/*}.json" ||
		[ $? -eq 1 ] || exit 2
	exit
fi

told=(--json "$directory/result.json" --junit "$directory/junit.xml" --html "$directory/report.html"
	--markdown "$directory/report.md" --annotations "$directory/annotations")
[ ! -e "$directory/baseline.json" ] || told+=(--baseline "$directory/baseline.json")
status=0
if [ "${MERGE-}" = true ]; then
	"$landproof" merge "$directory"/shard-*.json "${told[@]}" "${gate[@]}" || status=$?
else
	"$landproof" run "${options[@]}" "${told[@]}" "${gate[@]}" || status=$?
fi
if [ $status -eq 1 ] && [ "${ACCEPT-}" = true ]; then
	echo "accepted: this result becomes the baseline"
	exit
fi
exit $status
