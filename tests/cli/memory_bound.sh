#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# With two threads bundle, unbundle and verify stay below 48 MiB, whatever the image and the level.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/cli/common.bash
. "$(dirname "$0")/common.bash"
requires openssl python3 taskset
[[ -x /usr/bin/time ]] || skip "GNU time is not installed"
! grep -q '^FORGE_SANITIZE:[A-Z]*=.' "$FORGE_BUILD/CMakeCache.txt" ||
  skip "a sanitizer has memory of its own"

bound_kib=$((48 << 10))
# What has no option for the number of threads takes as many as it may use processors.
processors=$(python3 -c 'import os; print(*sorted(os.sched_getaffinity(0))[:2], sep=",")')

# bounded COMMAND...: run it on two processors, and ask the kernel for its peak in memory.
bounded() {
  expect_status 0 taskset -c "$processors" /usr/bin/time -q -f %M -o "$dir/peak" "$FORGE" "$@"
  local peak
  peak=$(<"$dir/peak")
  echo "$peak KiB"
  ((peak <= bound_kib)) || fail "$1 took $peak KiB, more than $bound_kib: forge $*"
}

# The image: what does not compress; programs; one and the other in turn every 64 KiB; four letters in
# no order, in which a compressor finds more matches to remember than anywhere else.
small_image "$dir/random" 3
truncate -s 3M "$dir/random"
head -c 3M <(cat "$FORGE" "$FORGE" "$FORGE" "$FORGE") >"$dir/programs"
python3 - "$dir/random" "$dir/programs" "$dir/both" "$dir/letters" <<'PYTHON'
import sys
random, programs = (open(path, "rb").read() for path in sys.argv[1:3])
with open(sys.argv[3], "wb") as out:
    for at in range(0, len(random), 65536):
        out.write((random if at & 65536 else programs)[at:at + 65536])
with open(sys.argv[4], "wb") as out:
    out.write(random.translate(b"ACGT" * 64))
PYTHON
for kind in random programs both letters; do
  for i in {1..25}; do cat "$dir/$kind"; done
done >"$dir/large.raw"

for level in fast 6 12; do
  bounded bundle -q "${signing[@]}" -r x86_64 --level "$level" --threads 2 -d "$dir/bundle" --force \
    "$dir/large.raw"
  bounded unbundle -q -k "$keys/user-key.pem" "$dir/bundle/large.manifest.xml" -o "$dir/back" --force
  bounded verify -q "$dir/bundle"
  bounded verify -q -k "$keys/user-key.pem" -c "$keys/user-cert.pem" "$dir/bundle"
done
