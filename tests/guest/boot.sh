#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The Debian disk boots as it is; what keeps a disk from booting is named; signals leave no QEMU behind;
# the input stays as it was.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/cli/common.bash
. "$(dirname "$0")/../cli/common.bash"
requires debugfs openssl pgrep python3
folder=$(debian_disk)
disk=$folder/debian.qcow2 broken=$dir/broken.raw work=$dir/work
before=$(sha256 "$disk") mtime=$(stat -c %Y.%y "$disk")
mkdir "$work"
export TMPDIR=$work

nothing_is_left() {
  ! pgrep -f "file.filename=$work/" >"$dir/left" || fail "QEMU still runs: $(<"$dir/left")"
  [[ -z $(find "$work" -name '.forge-*') ]] || fail "left in the work directory: $(ls -A "$work")"
}

# replace FILE: standard input as a file of the disk that is to break, without an appliance.
replace() {
  cat >"$dir/new"
  printf 'rm %s\nwrite %s %s\n' "$1" "$dir/new" "$1" >"$dir/commands"
  debugfs -w -f "$dir/commands" "$broken?offset=1048576" >/dev/null 2>&1
}

# contents FILE: what that disk has there.
contents() { debugfs -R "cat $1" "$broken?offset=1048576" 2>/dev/null; }

# fails_with REGEX [OPTION...]: that disk does not boot, and that is why.
fails_with() {
  local regex=$1
  shift
  expect_status 7 forge boot "$broken" "$@"
  expect_err "did not boot: $regex"
}

# As it is. The log holds what the console said, for its owner only.
expect_status 0 forge boot "$disk" --json --log "$dir/console.log"
json "it['verdict'] == 'success' and it['reason'] is None and it['accel'] in ('kvm', 'tcg')"
json "it['pattern'] in ('login prompt', 'systemd target') and it['line'] and it['seconds'] > 0"
grep -aq 'Linux version' "$dir/console.log"
[[ $(stat -c %a "$dir/console.log") == 600 ]] || fail "others may read the log"
nothing_is_left

# Not in time, and by signals.
expect_status 7 forge boot "$disk" --timeout 2
expect_err 'did not boot: no login prompt came within 2 seconds'
for signal in TERM KILL; do
  "$FORGE" boot "$disk" --log "$dir/signal.log" >/dev/null 2>"$dir/err" &
  run=$!
  for ((i = 0; i < 300; i++)); do
    [[ -s $dir/signal.log ]] && break
    sleep 0.1
  done
  pgrep -f "file.filename=$work/" >/dev/null || { cat "$dir/err" >&2 && fail "there is no QEMU to end"; }
  begun=$(date +%s%N)
  kill "-$signal" "$run"
  status=0
  wait "$run" || status=$?
  took=$((($(date +%s%N) - begun) / 1000000))
  ((took < 2000)) || fail "it took $took ms to end"
  if [[ $signal == TERM ]]; then
    [[ $status == 143 ]] || fail "status $status after SIGTERM"
    expect_err 'interrupted by signal TERM'
    nothing_is_left
  else # what it left goes with the next run
    for ((i = 0; i < 20; i++)); do
      pgrep -f "file.filename=$work/" >/dev/null || break
      sleep 0.1
    done
    ((i < 20)) || fail "QEMU outlives its forge"
  fi
  : >"$dir/signal.log"
done

# A mount that never comes.
cp --sparse=always "$folder/debian.raw" "$broken"
contents /etc/fstab >"$dir/fstab"
{ cat "$dir/fstab" && echo 'UUID=dead-beef /data vfat x-systemd.device-timeout=1 0 2'; } | replace /etc/fstab
fails_with 'the system stopped in emergency mode: .*/etc/fstab.*(Timed out waiting|Dependency failed)'
replace /etc/fstab <"$dir/fstab"

# Boot loaders and kernels, as GRUB is told.
contents /boot/grub/grub.cfg >"$dir/grub.cfg"
sed -e '/^ *initrd/d' -e 's,root=UUID=[^ ]*,root=/dev/vda9,' "$dir/grub.cfg" | replace /boot/grub/grub.cfg
fails_with 'the kernel cannot mount the root file system: .*"VFS: Cannot open root|.*Kernel panic'
sed 's,linux /vmlinuz,linux /nonesuch,' "$dir/grub.cfg" | replace /boot/grub/grub.cfg
fails_with 'GRUB could not load the kernel.*error: file'
printf 'terminal_output serial\n' | replace /boot/grub/grub.cfg
fails_with 'GRUB stopped at its prompt' --network --cpus 1 --memory 256

# No boot loader at all.
dd if=/dev/zero of="$broken" bs=440 count=1 conv=notrunc status=none
fails_with 'its first sector holds no boot loader'
rm "$broken"
small_bundle "$dir/bundle"
expect_status 7 forge boot "$dir/bundle/small.manifest.xml" -k "$keys/user-key.pem" --json
json "it['verdict'] == 'failure' and it['pattern'] == 'no bootable disk'"
expect_err 'the BIOS finds no boot loader.*not a bootable disk'
if compgen -G '/usr/share/OVMF/OVMF_CODE*.fd' >/dev/null; then
  expect_status 7 forge boot "$dir/small.raw" --firmware uefi
  expect_err 'the UEFI firmware finds no boot loader'
fi
nothing_is_left

# A terminal: what the console says is shown, Ctrl-] leaves, the settings are as before.
cat >"$dir/terminal.py" <<'PYTHON'
import os, pty, sys, termios
parent, child = pty.openpty()
before = termios.tcgetattr(child)
pid = os.fork()
if pid == 0:
    os.login_tty(child) if hasattr(os, "login_tty") else [os.dup2(child, fd) for fd in (0, 1, 2)]
    os.execv(sys.argv[1], sys.argv[1:])
said = b""
while b"No bootable device" not in said:
    said += os.read(parent, 4096)
assert not termios.tcgetattr(child)[3] & termios.ECHO, "the terminal is not raw"
os.write(parent, b"\x1d")
status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
assert status == 0, status
assert termios.tcgetattr(child) == before, "the terminal's settings were not restored"
PYTHON
expect_status 0 timeout 60 python3 "$dir/terminal.py" "$FORGE" boot --interactive "$dir/small.raw"
nothing_is_left

[[ $(sha256 "$disk") == "$before" && $(stat -c %Y.%y "$disk") == "$mtime" ]] || fail "the input was changed"
