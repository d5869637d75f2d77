#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A launch that makes no progress is ended, and repeated in emulation when KVM is to blame.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
requires_appliance
requires qemu-system-x86_64
disk=$FORGE_FIXTURES/debian.raw
mkdir -m 0700 "$dir/run"
export XDG_RUNTIME_DIR=$dir/run

# A qemu that answers questions about itself, but hangs as an appliance (with KVM only, if so told).
cat >"$dir/qemu-hang" <<QEMU
#!/bin/bash
case "\$*" in
  *guestfsd.sock*\$HANG_WHEN*|*\$HANG_WHEN*guestfsd.sock*)
    echo "these are its last words"
    read -r -u 3 3<>"$dir/never" ;;
esac
exec qemu-system-x86_64 "\$@"
QEMU
chmod +x "$dir/qemu-hang"
mkfifo "$dir/never"
export LIBGUESTFS_HV=$dir/qemu-hang

export HANG_WHEN=
begun=$SECONDS
expect_status 4 forge cat "$disk" /etc/hostname --launch-timeout 6
((SECONDS - begun < 60)) || fail "it took $((SECONDS - begun)) seconds"
expect_err 'did not come up within 6 seconds'
expect_err 'these are its last words'
expect_err 'forge doctor'

# supermin finds none of the programs it needs.
mkdir "$dir/bin"
ln -s "$(command -v qemu-img)" "$dir/bin/"
expect_status 4 env PATH="$dir/bin" LIBGUESTFS_CACHEDIR="$dir" "$FORGE" cat "$disk" /etc/hostname
expect_err 'launching the appliance: '

# What the host's KVM is like does not matter here: the remembered verdict is made to say "works".
[[ -w /dev/kvm ]] || exit 0
export HANG_WHEN=accel=kvm
verdict=$dir/run/forge-kvm
[[ $(stat -c %a "$verdict") == 600 ]] || fail "the verdict is readable for others"
sed -i 's/.$/0/' "$verdict"
begun=$SECONDS
expect_status 0 forge cat "$disk" /etc/hostname
expect_err 'no progress with KVM: using software emulation'
[[ $(grep -c 'software emulation' "$dir/err") == 1 ]] || fail "said more than once"
((SECONDS - begun < 180)) || fail "it took $((SECONDS - begun)) seconds"
