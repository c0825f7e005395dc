# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
# Runs one container in the tree of a runtime: lib.sh HOW NAME, with the runtime in $RUNTIME.
# HOW: run, preserve (with descriptor 3), overlay, exec (in a container that waits), features.
how=$1 name=$2
bundle=/work/$name given=/oci/runs/$name
export PATH=/usr/sbin:/usr/bin:/sbin:/bin

# What a container finds in its root, as /granted and as /denied. Their program is not /probe: a rule
# is about a file, whatever its name.
zone()
{
	mkdir -p "$1/dir" "$1/gonedir"
	for file in file from gone truncate otrunc dir/file; do
		echo text >"$1/$file"
	done
	cp /oci/probe "$1/program"
}

# The root of all containers; each gets a copy.
template()
{
	mkdir -p "$1"
	cd "$1" || exit 1
	mkdir -p proc dev scratch volume public lower only-inside secret/shared
	zone granted
	cp -a granted denied
	echo text >only-inside/file
	echo text >secret/shared/file
	chmod 700 secret
	ln -s /granted escape
	cp /oci/probe probe
	cd /
}

finish()
{
	echo "@@ status $1"
	for left in /run/*/"$name"; do
		[ ! -e "$left" ] || $RUNTIME delete --force "$name" >/dev/null 2>&1
	done
	[ "$how" != overlay ] || umount "$bundle/rootfs"
	rm -rf "$bundle"
}

if [ "$how" = features ]; then
	$RUNTIME features && echo
	echo "@@ status $?"
	exit
fi

[ -d /work/root ] || template /work/root
mkdir -p "$bundle"
cp "$given"/*.json "$bundle"
case $how in
overlay)
	cp -a /work/root "$bundle/lower"
	mkdir -p "$bundle/upper" "$bundle/work" "$bundle/rootfs"
	mount -t overlay overlay "$bundle/rootfs" \
		-o "lowerdir=$bundle/lower,upperdir=$bundle/upper,workdir=$bundle/work" ||
		exit 1 ;;
*)
	cp -a /work/root "$bundle/rootfs" ;;
esac

case $how in
run | overlay)
	$RUNTIME run --bundle "$bundle" "$name" </dev/null
	finish $? ;;
preserve)
	$RUNTIME run --bundle "$bundle" --preserve-fds 1 "$name" </dev/null 3</oci/lib.sh
	finish $? ;;
exec)
	if ! $RUNTIME create --bundle "$bundle" "$name" </dev/null >/work/log 2>&1 ||
		! $RUNTIME start "$name" >>/work/log 2>&1; then
		cat /work/log
		echo "@@ no container"
		finish 1
		exit
	fi
	if [ -f "$bundle/process.json" ]; then
		$RUNTIME exec --process "$bundle/process.json" "$name" </dev/null
	else
		# The arguments, one a line
		set --
		while read -r word; do
			set -- "$@" "$word"
		done <"$given/args"
		$RUNTIME exec "$name" /probe "$@" </dev/null
	fi
	finish $? ;;
esac
