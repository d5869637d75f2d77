#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# forge shell: commands from a stream and their status; an overlay that is kept after a failure and
# entered again; a terminal with its size, Ctrl-C and Ctrl-]; -o keeps, without it nothing changes.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
requires_appliance
requires debugfs python3
disk=$dir/disk.raw work=$dir/work
cp "$FORGE_FIXTURES/debian.raw" "$disk"
before=$(sha256 "$disk") mtime=$(stat -c %Y.%y "$disk")
mkdir "$work"
export TMPDIR=$work

unchanged() {
  [[ $(sha256 "$disk") == "$before" && $(stat -c %Y.%y "$disk") == "$mtime" ]] || fail "the input was changed"
}

# contents FILE: what the new image has there.
contents() { debugfs -R "cat $1" "$dir/new.raw?offset=1048576" 2>/dev/null; }

# Operations come before the shell. Streams: separate, unchanged, reopened by name; what is left running does not matter; a failure
# writes no image. The overlay stays under a name that is told, and outlives the next run.
cat >"$dir/commands" <<'COMMANDS'
echo "to stdout from $(id -un)"
echo 'to stderr' >/dev/stderr
head -c 1000000 /dev/zero
cat /etc/step >&2
sh /usr/sbin/policy-rc.d; echo "services: $?" >&2
echo 'made before the failure' >/etc/motd
sleep 1000 &
exit 3
COMMANDS
expect_status 6 forge shell "$disk" -o "$dir/new.raw" --tmpdir "$work" --keep-overlay-on-failure \
  --run-command 'echo by a command >/etc/step' --append-line '/etc/step:by a step' <"$dir/commands"
expect_err "the guest's shell ended with status 3"
expect_err '^to stderr$'
expect_err '^by a command$'
expect_err '^by a step$'
expect_err '^services: 101$'
{ echo 'to stdout from root' && head -c 1000000 /dev/zero; } | cmp - "$dir/out"
unchanged
[[ ! -e $dir/new.raw ]] || fail "a shell that failed left an image"
overlay=$(sed -n 's/^  forge shell --allow-backing //p' "$dir/err")
[[ $overlay == "$work"/.forge-*/overlay.qcow2 && -e $overlay ]] || fail "the overlay is not told: $(<"$dir/err")"

# A terminal on that overlay. The first sleep ends by Ctrl-C, in a shell of its own that has the
# terminal before it says so; the second one outlives the shell.
cat >"$dir/terminal.py" <<'PYTHON'
import fcntl, os, pty, re, struct, sys, termios
steps, command = eval(sys.argv[1]), sys.argv[2:]
parent, child = pty.openpty()
fcntl.ioctl(child, termios.TIOCSWINSZ, struct.pack("HHHH", 37, 111, 0, 0))
before = termios.tcgetattr(child)
pid = os.fork()
if pid == 0:
    os.setsid()
    fcntl.ioctl(child, termios.TIOCSCTTY, 0)
    for fd in (0, 1, 2):
        os.dup2(child, fd)
    os.execv(command[0], command)
os.set_blocking(parent, True)
said = b""
for awaited, typed in steps:
    while not (found := re.search(awaited.encode(), said)):
        piece = os.read(parent, 4096)
        sys.stdout.buffer.write(piece)
        said += piece
    said = said[found.end():]
    os.write(parent, typed.encode())
status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
os.set_blocking(parent, False)
try:
    while piece := os.read(parent, 4096):
        sys.stdout.buffer.write(piece)
except BlockingIOError:
    pass
assert termios.tcgetattr(child) == before, "the terminal's settings were not restored"
sys.exit(status)
PYTHON
steps='[("# ", "stty size; cat /etc/motd\n"), ("# ", "sh -c \"echo slept; sleep 1000\"\n"),
  ("slept\r\n", "\x03"),
  ("# ", "echo and at the terminal >>/etc/motd; sleep 1000 & false\n"), ("# ", "exit\n")]'
expect_status 0 timeout 300 env TERM=vt100 python3 "$dir/terminal.py" "$steps" "$FORGE" shell --allow-backing "$overlay" \
  -o "$dir/new.raw" -O raw
expect_out '^37 111.$'
expect_out '^made before the failure.$'
expect_out 'exit writes .*new.raw, Ctrl-] gives up'
expect_out 'new.raw: written'
[[ $(contents /etc/motd) == $'made before the failure\nand at the terminal' ]] || fail "the new image has: $(contents /etc/motd)"
[[ $(debugfs -R 'ls -p /tmp' "$dir/new.raw?offset=1048576" 2>/dev/null) != *forge* ]] || fail "forge's files are in the new image"
[[ ! $(contents /usr/sbin/policy-rc.d) ]] || fail "services stay forbidden"
[[ ! $(contents /root/.ash_history) ]] || fail "what was typed is in the new image"
rm -r "${overlay%/*}"

# Without -o everything goes, Ctrl-] ends it at once.
steps='[("# ", "echo lost >/etc/motd; sync; sleep 1000\n"), ("1000\r\n", "\x1d")]'
expect_status 0 timeout 300 env TERM=vt100 python3 "$dir/terminal.py" "$steps" "$FORGE" shell "$disk"
expect_out 'thrown away \(-o OUT would keep it'
expect_out 'thrown away: .*disk.raw is as it was'
unchanged
[[ -z $(find "$work" -name '.forge-*') ]] || fail "left in the work directory: $(ls -A "$work")"
