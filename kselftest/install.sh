#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# install.sh GUEST DIR: writes a collection for the kernel's run_kselftest.sh, one entry a family.
set -eu

guest=$1
dir=$2
here=$(dirname "$0")
[ -n "$dir" ] || {
	echo "kselftest-install: say where: make kselftest-install INSTALL_PATH=DIR" >&2
	exit 2
}

list=$dir/kselftest-list.txt
mkdir -p "$dir"
rm -rf "$dir/landproof"
mkdir "$dir/landproof"
cp "$guest" "$dir/landproof/landproof-guest"
cp "$here/settings" "$here/config" "$dir/landproof/"

# Other collections, which the kernel's own install may have put there, stay.
[ ! -e "$list" ] || sed -i '/^landproof:/d' "$list"
for family in $("$guest" list | sed 's/\..*//' | sort -u); do
	ln -s landproof-guest "$dir/landproof/$family"
	echo "landproof:$family" >>"$list"
done
[ -e "$dir/run_kselftest.sh" ] ||
	echo "kselftest-install: next, copy run_kselftest.sh and kselftest/ from the kernel's" \
	     "tools/testing/selftests to $dir"
