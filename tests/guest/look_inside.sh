#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# ls, cat and copy-out on a phony guest: what they show, and what they refuse.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
requires_appliance
image=$FORGE_FIXTURES/debian.raw
before=$(sha256 "$image")

expect_status 0 forge ls "$image" /etc/hostname /etc
expect_out '^-rw-r--r-- +0 +0 +[0-9]+ [0-9]{4}-[0-9-]+ [0-9:]+ /etc/hostname$'
expect_out ' /etc/os-release'
expect_status 0 forge ls --json "$image" /etc/passwd
[[ $(python3 -c 'import json,sys; print(json.load(sys.stdin)[0]["path"])' <"$dir/out") == /etc/passwd ]] ||
  fail "the JSON is: $(<"$dir/out")"

# What could be shown before the refusal has been shown.
expect_status 3 forge cat "$image" /etc/hostname /etc
cp "$dir/out" "$dir/hostname"
expect_err '/etc'

mkdir "$dir/copies"
expect_status 1 forge copy-out "$image" /etc/hostname /etc /etc/hostname -o "$dir/copies"
expect_err 'hostname.*exist'
cmp "$dir/hostname" "$dir/copies/hostname"
cmp "$dir/hostname" "$dir/copies/etc/hostname"
[[ $(sha256 "$image") == "$before" ]] || fail "the image was changed"
