#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Installs what is missing of some lists of packages (vm/packages.txt if none is named); says
# nothing and needs no network if nothing is.
set -eu

[ $# -gt 0 ] || set -- "$(dirname "$0")/packages.txt"
fail() {
	echo "setup: $*" >&2
	exit 2
}
[ ! -r /etc/os-release ] || . /etc/os-release
for program in dpkg-query apt-get; do
	command -v "$program" >/dev/null ||
		fail "this is ${PRETTY_NAME:-no Debian}, without $program: install by its own means" \
			"what $* names, then run \`make all\` and" \
			"\`./landproof run --kernel bzImage\`; Debian's own kernels need apt-get"
done

missing=()
while read -r package _; do
	case $package in ''|'#'*) continue ;; esac
	state=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) || state=
	[ "$state" = installed ] || missing+=("$package")
done < <(cat "$@")
[ ${#missing[@]} -gt 0 ] || exit 0

echo "setup: installing ${missing[*]}"
root=()
if [ "$(id -u)" -ne 0 ]; then
	command -v sudo >/dev/null || fail "sudo is missing: as root, apt-get install ${missing[*]}"
	root=(sudo)
fi
log=$(mktemp)
trap 'rm -f "$log"' EXIT
apt() {
	"${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -y "$@" >"$log" 2>&1
}
# An outdated list is the usual reason why a package cannot be fetched; update's own failure
# (one dead archive among several) only counts if the packages cannot be had then.
apt update || true
apt install --no-install-recommends "${missing[@]}" ||
	fail "apt-get cannot install them: $(grep -m1 '^E:' "$log" || tail -n1 "$log")"
