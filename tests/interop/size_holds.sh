#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Against gzip -9, on the files of a system: the default is no larger, level 12 is 3.5 % smaller, fast is
# at most 12 % larger.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
requires gzip tar ldd openssl

keys=$FORGE_FIXTURES/keys
slack=1.01 # blocks of another version of a library may be cut a little otherwise

# Libraries of this system, the project's texts, a small guest; and a sixteenth that is compressed
# already, as kernels and their RAM disks are.
ldd "$FORGE" >"$dir/libraries"
grep -q libdeflate "$dir/libraries" || skip "without libdeflate the levels are those of gzip"
mapfile -t files < <(grep -o '/[^ ]*' "$dir/libraries" | xargs realpath | sort -u |
  xargs -I{} find {} -size -8M)
tar -c -P -h -f "$dir/system" "${files[@]}" "$FORGE_SOURCE"/{forge,fsimage,manifest}
cat "$FORGE_FIXTURES/debian.raw" >>"$dir/system"
size=$(stat -c %s "$dir/system")
openssl enc -aes-128-ctr -K 00000000000000000000000000000001 -iv 00000000000000000000000000000000 \
  -in /dev/zero 2>"$dir/log" | head -c $((size / 16)) >>"$dir/system" || true

public=$(tar -c -S -C "$dir" system | gzip -9 | wc -c)

# holds LEVEL FACTOR: the parts of a bundle at LEVEL have at most FACTOR times the bytes of gzip's.
holds() {
  rm -rf "$dir/bundle"
  expect_status 0 forge bundle -q "$dir/system" -c "$keys/user-cert.pem" -k "$keys/user-key.pem" \
    -u "$(cat "$keys/account.txt")" --ec2cert "$keys/ec2-cert.pem" -r x86_64 --level "$1" \
    -d "$dir/bundle"
  cat "$dir/bundle"/system.part.* >"$dir/parts"
  local ours
  ours=$(stat -c %s "$dir/parts")
  awk -v ours="$ours" -v public="$public" -v factor="$2" -v slack=$slack 'BEGIN {
      printf "%.4f of what gzip -9 makes (%s)\n", ours / public, factor
      exit ours > factor * slack * public
    }' || fail "level $1: $ours bytes, more than $2 times the $public of gzip -9"
}

holds 6 1
holds 12 0.965
# Without ISA-L it is another packer's level 1.
if grep -q libisal "$dir/libraries"; then holds fast 1.12; fi
