#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# forge boot with a QEMU that only pretends: what is done when the machine itself does not work.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/cli/common.bash
. "$(dirname "$0")/common.bash"
requires qemu-img python3
small_image "$dir/small.raw"
image=$dir/small.raw
mkdir -m 0700 "$dir/bin" "$dir/run" "$dir/scratch"
export XDG_RUNTIME_DIR=$dir/run TMPDIR=$dir/scratch PATH=$dir/bin:$PATH

# qemu: standard input is what it does; $* are its arguments, 3 is the console, 4 the monitor.
qemu() {
  { printf '#!/usr/bin/env bash\necho "$*" >>"%s/calls"\n' "$dir" && cat; } >"$dir/bin/qemu-system-x86_64"
  chmod 0755 "$dir/bin/qemu-system-x86_64"
  : >"$dir/calls"
}
calls() { wc -l <"$dir/calls"; }

# A login prompt; what it runs with: no network, a sandbox, absolute paths, a format.
qemu <<<'printf "fake login: " >&3; sleep 60'
expect_status 0 forge boot "$image" --accel tcg --log "$dir/log"
expect_out 'small.raw: login prompt after [0-9.]+ s \(tcg\)'
[[ $(<"$dir/log") == 'fake login: ' ]] || fail "the log holds $(<"$dir/log")"
for argument in '-nic none' '-sandbox on' "driver=qcow2,.*file.filename=$dir/scratch/" 'accel=tcg'; do
  grep -q -e "$argument" "$dir/calls" || fail "QEMU is not called with $argument"
done
! grep -q -e -no-reboot "$dir/calls" || fail "a guest cannot restart"
expect_status 0 forge boot "$image" --accel tcg --network --cpus 3 --memory 99
grep -q -e '-smp 3 -m 99 .*-netdev user' "$dir/calls" || fail "QEMU is called with $(<"$dir/calls")"
mkdir "$dir/scratch/a,b"
expect_status 0 forge boot "$image" --accel tcg --tmpdir "$dir/scratch/a,b"
grep -q "filename=$dir/scratch/a,,b/" "$dir/calls" || fail "a comma is not doubled"

# A build without the sandbox's filter.
qemu <<'QEMU'
[[ $* != *-sandbox* ]] || { echo 'qemu: -sandbox on: seccomp support is disabled' >&2 && exit 1; }
printf 'fake login: ' >&3
sleep 60
QEMU
expect_status 0 forge boot "$image" --accel tcg
[[ $(calls) == 2 ]] || fail "QEMU was called $(calls) times"

# It fails, it has no room, its processor stops: this host's fault.
qemu <<<'echo "qemu: out of cheese" >&2; exit 1'
expect_status 4 forge boot "$image" --accel tcg --json
expect_err 'QEMU failed: qemu: out of cheese'
[[ ! -s $dir/out ]] || fail "there is a verdict"
qemu <<<'echo "{\"event\": \"BLOCK_IO_ERROR\", \"data\": {\"nospace\": true}}" >&4; sleep 60'
expect_status 4 forge boot "$image" --accel tcg
expect_err 'no room left .*--tmpdir'
qemu <<<'echo "{\"event\": \"STOP\"}" >&4; sleep 60'
expect_status 4 forge boot "$image" --accel tcg
expect_err 'the virtual processor cannot go on'

# A kernel that finds no timer in emulation is a busy host's: again, but not forever.
timer="Kernel panic - not syncing: IO-APIC + timer doesn't work!"
{ echo "timer=\"$timer\" calls=$dir/calls" && cat; } <<'QEMU' | qemu
if (($(wc -l <"$calls") < 3)); then echo "$timer" >&3 && exit; fi
printf 'fake login: ' >&3
sleep 60
QEMU
expect_status 0 forge boot "$image" --accel tcg
expect_err 'the emulated timer did not tick in time .*: starting again'
qemu <<<"echo \"$timer\" >&3"
expect_status 7 forge boot "$image" --accel tcg
expect_err 'did not boot: the emulated timer'
[[ $(calls) == 3 ]] || fail "QEMU was called $(calls) times"

# A guest that restarts twice, each time by several resets at once, and is up then; what went wrong at
# first is no clue any more.
qemu <<'QEMU'
restart() { printf '{"event": "RESET", "data": {"guest": true, "reason": "guest-reset"}}\r\n' >&4; }
printf '[FAILED] Failed to start resize of /\r\n' >&3
sleep 0.1 && restart && restart && head -c 1M /dev/zero >&3
printf '[FAILED] Failed to mount /data\r\n' >&3
sleep 2.1 && restart && restart && sleep 0.1
[[ $* == *'-m 64 '* ]] || printf "fake login: " >&3
sleep 60
QEMU
expect_status 0 forge boot "$image" --accel tcg --json --restarts 2
json "it['verdict'] == 'success' and it['restarts'] == 2 and it['pattern'] == 'login prompt'"
expect_err 'the guest restarts itself \(2 of 2 times\)'
expect_status 7 forge boot "$image" --accel tcg --memory 64 --timeout 3
expect_err 'did not boot: no login prompt came'
! grep -q 'did not boot.*Failed to start' "$dir/err" || fail "the first boot is blamed"
expect_status 7 forge boot "$image" --accel tcg --restarts 1
expect_err 'the guest restarted itself .*more often than --restarts allows.*"\[FAILED\] Failed to mount /data"'

# One that restarts without end, with its last words; and one that says too much.
qemu <<'QEMU'
while printf 'last words\r\n' >&3; do
  echo '{"event": "RESET", "data": {"guest": true, "reason": "guest-reset"}}' >&4
  sleep 0.1
done
QEMU
expect_status 7 forge boot "$image" --accel tcg --json
json "it['verdict'] == 'ended' and it['pattern'] is None and it['restarts'] == 4 and it['accel'] == 'tcg'"
expect_err '^last words$'
qemu <<'QEMU'
yes "$(printf '\033]0;evil\007\033[31mred\302\233 %2000s' x)" >&3
QEMU
expect_status 7 forge boot "$image" --accel tcg --timeout 2
expect_err 'within 2 seconds'
! grep -q $'\033\|\302\233' "$dir/err" || fail "escape sequences come through"
qemu <<<'sleep 60'
expect_status 7 forge boot "$image" --accel tcg --timeout 1
expect_err 'the serial console is silent'

# On a terminal a machine in emulation may be silent for as long as it likes, whatever is typed meanwhile.
cat >"$dir/terminal.py" <<'PYTHON'
import os, pty, sys, termios, time
pid, terminal = pty.fork()
if pid == 0:
    os.execv(sys.argv[1], sys.argv[1:])
while termios.tcgetattr(terminal)[3] & termios.ECHO:
    time.sleep(0.01)
for _ in range(60):
    os.write(terminal, b"x")
    time.sleep(0.01)
said = b""
while b"fake login: " not in said:
    said += os.read(terminal, 4096)
os.write(terminal, b"\x1d")
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
PYTHON
qemu <<<'head -c 60 <&3 >/dev/null; printf "fake login: " >&3; sleep 60'
expect_status 0 timeout 60 python3 "$dir/terminal.py" "$FORGE" boot --interactive "$image" --accel tcg

# A KVM that is believed to work and does not: emulation, if nobody asked for KVM.
forge boot "$image" --timeout 1 >/dev/null 2>&1 || true
if [[ -e $dir/run/forge-kvm && -w /dev/kvm ]]; then
  sed -i 's/[0-9]$/0/' "$dir/run/forge-kvm"
  qemu <<<'[[ $* == *accel=kvm* ]] || printf "fake login: " >&3; sleep 60'
  expect_status 0 forge boot "$image"
  expect_err 'no progress with KVM'
  expect_out 'login prompt after [0-9.]+ s \(tcg\)'
  qemu <<<'[[ $* != *accel=kvm* ]] || { echo "failed to initialize kvm" >&2; exit 1; }; printf "fake login: " >&3; sleep 60'
  expect_status 0 forge boot "$image"
  expect_status 4 forge boot "$image" --accel kvm
  expect_err 'failed to initialize kvm'
fi
[[ -z $(find "$dir/scratch" -name '.forge-*') ]] || fail "a work directory is left behind"
