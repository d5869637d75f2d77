#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# NAME is the basename without the suffix of its kind, unless --prefix says otherwise.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/cli/common.bash
. "$(dirname "$0")/common.bash"

small_image "$dir/a.b.raw"
for name in web.img web.qcow2.raw .raw plain; do cp "$dir/a.b.raw" "$dir/$name"; done
for pair in a.b.raw=a.b web.img=web web.qcow2.raw=web.qcow2 .raw=.raw plain=plain; do
  expect_status 0 forge bundle "${signing[@]}" -r x86_64 -d "$dir/${pair#*=}.d" "$dir/${pair%=*}"
  [[ -e $dir/${pair#*=}.d/${pair#*=}.manifest.xml ]] || fail "${pair%=*} is not named ${pair#*=}"
done
expect_status 0 forge bundle "${signing[@]}" -r x86_64 -p other -d "$dir/p" "$dir/plain"
[[ -e $dir/p/other.part.0 ]] || fail "--prefix was not used"
