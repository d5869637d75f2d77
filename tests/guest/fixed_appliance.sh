#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# forge appliance makes a directory that launches without supermin and without a kernel in /boot.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
requires_appliance
requires supermin
disk=$FORGE_FIXTURES/debian.raw

mkdir "$dir/empty"
expect_status 0 forge appliance -o "$dir/empty/"
for file in README.fixed kernel initrd root; do
  [[ -r $dir/empty/$file ]] || fail "no $file in the appliance"
done
expect_status 0 env SUPERMIN_KERNEL=/nowhere "$FORGE" cat "$disk" /etc/hostname --appliance "$dir/empty"
expect_status 0 env FORGE_APPLIANCE="$dir/empty" LIBGUESTFS_CACHEDIR="$dir" "$FORGE" doctor
expect_out '^ok +appliance +fixed, in '
expect_out '^ok +kernel +not needed'

expect_status 1 forge appliance -o "$dir/empty"
expect_err 'is not empty'
expect_status 1 forge appliance -o "$dir/no/such/parent"
[[ -z $(find "$dir" -maxdepth 1 -name '.forge-*') ]] || fail "a work directory is left behind"
