#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Prints the version and the commit: 0.1.0-g0ce3bb912345, with -dirty if a file differs from it.
set -eu
release=0.1.0
# `git archive` writes its commit here (.gitattributes).
# shellcheck disable=SC2016 # it is git that expands it
archived='$Format:%H$'

cd "$(dirname "$(readlink -f "$0")")"
commit=
if [ -e .git ] && head=$(git rev-parse HEAD 2>/dev/null); then
	commit=-g$(printf %.12s "$head")
	[ -z "$(git --no-optional-locks status --porcelain --untracked-files=no 2>/dev/null)" ] || commit=$commit-dirty
else
	case $archived in
	*Format*) ;;
	*) commit=-g$(printf %.12s "$archived") ;;
	esac
fi
echo "$release$commit"
