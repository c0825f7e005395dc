#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Runs "make matrix" and "make check" in Debian systems that have nothing: tests/fresh.sh [SUITE]...
#
# Each system is made with debootstrap from the archive that this machine uses, and entered with
# chroot in a mount namespace of its own; it is removed at the end. BASES=DIR keeps the bare systems
# there for the next time. LOGS=DIR is where what the commands said is kept (default: build/fresh).
set -eu

repository=$(realpath "$(dirname "$0")/..")
logs=$(realpath -m "${LOGS:-$repository/build/fresh}")
fail() {
	echo "fresh: $*" >&2
	exit 2
}
[ "$(id -u)" -eq 0 ] || fail "only root can enter other systems"
for program in debootstrap git unshare; do
	command -v "$program" >/dev/null || fail "$program is missing: apt-get install $program"
done

mkdir -p "$logs"
scratch=$(mktemp -d)
# Nothing is mounted there any more: mounts end with their namespaces.
trap 'rm -rf --one-file-system "$scratch"' EXIT
bases=$(realpath -m "${BASES:-$scratch/bases}")
mkdir -p "$bases"
archive() {
	cd "$repository"
	/usr/bin/python3 -c 'from vm import debian; print(debian.archives()["'"$1"'"].uri)'
}
main=$(archive main)
security=$(archive security)

# Runs in a mount namespace of its own: root directory, command.
inside() {
	# A root that is a mount point, as every system has.
	mount --bind "$1" "$1"
	mount -t proc proc "$1/proc"
	mount -t sysfs -o ro sysfs "$1/sys"
	mount --rbind /dev "$1/dev"
	env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 \
		chroot "$1" /bin/bash -euc "$2"
}
export -f inside

status=0
# What is done there: suite, title, command.
step() {
	local start=$SECONDS
	local log="$logs/$1-${2// /-}.log"

	if unshare --mount --propagation private \
		/bin/bash -euc 'inside "$@"' inside "$scratch/$1" "$3" >"$log" 2>&1 </dev/null; then
		echo "$1: $2: done in $((SECONDS - start)) s: $(tail -n1 "$log")"
	else
		echo "$1: $2: FAILED after $((SECONDS - start)) s: $log: $(tail -n1 "$log")"
		status=1
	fi
}

[ $# -gt 0 ] || set -- bookworm trixie
for suite; do
	if [ ! -d "$bases/$suite" ]; then
		debootstrap --variant=minbase --include=ca-certificates "$suite" "$bases/$suite.new" \
			"$main" >"$logs/$suite-debootstrap.log" 2>&1 ||
			fail "debootstrap $suite failed: $(tail -n1 "$logs/$suite-debootstrap.log")"
		mv "$bases/$suite.new" "$bases/$suite"
	fi
	root=$scratch/$suite
	cp -a "$bases/$suite" "$root"
	cp -L /etc/resolv.conf /etc/hosts "$root/etc/"
	apt-config dump | grep -E '^Acquire::(https?|Check-)' >"$root/etc/apt/apt.conf.d/90machine" || true
	cat >"$root/etc/apt/sources.list" <<-END
		deb $main $suite main
		deb $security $suite-security main
	END
	git clone -q --no-hardlinks "$repository" "$root/root/landproof"
	step "$suite" "git and make" "apt-get -q update; apt-get -q -y install git make"
	step "$suite" "make matrix" "cd /root/landproof; make matrix"
	step "$suite" "every column" 'cd /root/landproof; python3 -c "
import json
kernels = json.load(open(\"build/matrix.json\"))[\"kernels\"]
bad = [kernel[\"name\"] for kernel in kernels if kernel.get(\"unavailable\") or kernel.get(\"lost\")]
assert len(kernels) == 9 and not bad, f\"{len(kernels)} columns; not whole: {bad}\"
print(f\"{len(kernels)} columns, all whole\")"'
	step "$suite" "make check" "cd /root/landproof; make check"
	rm -rf --one-file-system "$root"
done
exit $status
