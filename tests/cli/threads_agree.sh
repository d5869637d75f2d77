#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The parts' archive does not depend on the number of threads.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/cli/common.bash
. "$(dirname "$0")/common.bash"

small_image "$dir/small.raw" 12
for threads in 1 3; do
  expect_status 0 forge bundle "${signing[@]}" -r x86_64 --threads "$threads" -d "$dir/$threads" \
    "$dir/small.raw"
  expect_status 0 forge inspect --json "$dir/$threads/small.manifest.xml"
  json 'it["manifest"]["bundled_size"] > 0'
  sed -E 's,.*<digest algorithm=.SHA1.>([0-9a-f]+)</digest><size>.*bundled_size>([0-9]+)<.*,\1 \2,' \
    "$dir/$threads/small.manifest.xml" >"$dir/digest.$threads"
done
cmp "$dir/digest.1" "$dir/digest.3"
