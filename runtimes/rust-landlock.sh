#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# rust-landlock.sh SOURCE OUTPUT PLACES: builds a Rust program with the Debian packages of crates
# that are unpacked in PLACES, joined by colons, and with the machine's cargo.
set -eu
source=$1 output=$2 places=$3
work=$PWD/work
mkdir -p "$work/crates" "$work/src" "$work/.cargo"
IFS=:
for place in $places; do
	cp -a "$place"/usr/share/cargo/registry/* "$work/crates"
done
cp "$source" "$work/src/main.rs"
cat >"$work/Cargo.toml" <<END
[package]
name = "rust-landlock"
version = "0.0.0"
edition = "2021"

[dependencies]
landlock = "*"
END
cat >"$work/.cargo/config.toml" <<END
[source.crates-io]
replace-with = "debian"

[source.debian]
directory = "$work/crates"
END
cd "$work"
# Of the program only: what cargo runs while it builds cannot be static.
target=$(rustc -vV | sed -n "s/^host: //p")
RUSTFLAGS="-C target-feature=+crt-static" cargo build --quiet --release --offline \
	--target "$target"
mv "target/$target/release/rust-landlock" "$output"
rm -rf "$work"
