#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The doctor finds what is really missing, and its exit status is that of a real launch.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
requires_appliance

expect_status 0 forge doctor
for check in libguestfs appliance kernel modules supermin qemu qemu-img qemu-nbd kvm network memory tmpdir cache launch; do
  expect_out "^(ok|warning) +$check "
done
expect_status 0 forge doctor --json
grep -q '"check": "launch"' "$dir/out" || fail "no launch in the JSON"

# Without qemu and its tools: named, with the package to install.
mkdir "$dir/bin" "$dir/cache"
expect_status 4 env PATH="$dir/bin" LIBGUESTFS_HV=/nowhere/qemu "$FORGE" doctor
expect_out '^PROBLEM +qemu +LIBGUESTFS_HV names /nowhere/qemu'
expect_out '^PROBLEM +qemu-img +not in PATH'
expect_out '^PROBLEM +qemu-nbd +not in PATH'
expect_out '^PROBLEM +launch +launching the appliance: '
expect_out 'install it: .*qemu'
expect_err 'cannot launch'

# A kernel that is not there: supermin passes over it and takes another one.
expect_status 0 env SUPERMIN_KERNEL=/nowhere "$FORGE" doctor
expect_out '^warning +kernel +SUPERMIN_KERNEL names /nowhere: No such file.* is used instead'

expect_status 0 forge doctor --tmpdir "$dir" --memsize 768
expect_out "^ok +tmpdir +$dir"
expect_status 4 forge doctor --appliance "$dir"
expect_out "^PROBLEM +appliance +the fixed appliance lacks $dir/README.fixed"

# A host as containers are: no kernel. And as Ubuntu is: one that only root may read.
[[ $(id -u) == 0 ]] && unshare --mount true 2>/dev/null || exit 0
hidden() { unshare --mount bash -ec 'mount -t tmpfs none /boot; mount -t tmpfs none /lib/modules; '"$1"; }
export FORGE LIBGUESTFS_CACHEDIR=$dir/cache
# shellcheck disable=SC2016 # the shell inside expands it
expect_status 4 hidden '"$FORGE" doctor'
expect_out '^PROBLEM +kernel +no kernel in /boot'
expect_out '^PROBLEM +modules +no kernel modules'
expect_out 'install it: '
requires setpriv
chmod 0755 "$dir"
chmod 1777 "$dir/cache"
setpriv --reuid=65534 test -x "$FORGE" || exit 0
# shellcheck disable=SC2016
expect_status 4 hidden 'echo kernel >/boot/vmlinuz-1.2.3; chmod 0600 /boot/vmlinuz-1.2.3
  exec setpriv --reuid=65534 --regid=65534 --clear-groups "$FORGE" doctor --tmpdir /tmp'
expect_out '^PROBLEM +kernel +/boot/vmlinuz-1.2.3 may not be read by this user'
expect_out 'chmod 0644'
