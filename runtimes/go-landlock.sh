#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# go-landlock.sh SOURCE OUTPUT PLACES: builds a Go program with the Debian packages of Go and of the
# libraries that are unpacked in PLACES, joined by colons.
set -eu
source=$1 output=$2 places=$3
work=$PWD/work
mkdir "$work"
IFS=:
# Hard links: a package holds links into others.
for place in $places; do
	cp -al "$place/usr/." "$work"
done
export HOME="$work" GOCACHE="$work/cache" GOTOOLCHAIN=local CGO_ENABLED=0
# The packages are for the mode without modules.
export GO111MODULE=off GOPATH="$work/share/gocode"
set -- "$work"/lib/go-*/bin/go
"$1" build -trimpath -ldflags=-s -o "$output" "$source"
rm -rf "$work"
