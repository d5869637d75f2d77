#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# At every kind of level the bundle is the same, byte for byte, whatever the number of threads.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/cli/common.bash
. "$(dirname "$0")/common.bash"
requires openssl

# What does not compress, programs between holes, text; the last block is not a full one.
small_image "$dir/small.raw" 5
{
  cat "$dir/small.raw" "$FORGE_FIXTURES/debian.raw"
  cat "$FORGE_SOURCE"/{forge/*,fsimage,manifest}/*.c
} >"$dir/mixed.raw"

for level in fast 6 12; do
  for threads in 1 2 3 8; do
    expect_status 0 forge bundle "${signing[@]}" -r x86_64 --reproducible --part-size 1M \
      --level "$level" --threads "$threads" -p mixed -d "$dir/$level.$threads" "$dir/mixed.raw"
    diff -r "$dir/$level.1" "$dir/$level.$threads" ||
      fail "level $level: $threads threads make another bundle than one does"
  done
  expect_status 0 forge unbundle -k "$keys/user-key.pem" "$dir/$level.8/mixed.manifest.xml" \
    -o "$dir/$level.raw"
  cmp "$dir/$level.raw" "$dir/mixed.raw"
done
