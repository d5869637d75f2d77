#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# unbundle tells every fault of a bundle that is not right, each with its part and the field that the
# manifest's word is in; verify tells the same.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/cli/common.bash
. "$(dirname "$0")/common.bash"

small_image "$dir/small.raw" 5
expect_status 0 forge bundle "${signing[@]}" -r x86_64 --part-size 1M -d "$dir/bundle" "$dir/small.raw"
manifest=$dir/bundle/small.manifest.xml
expect_status 0 forge unbundle "$manifest" -k "$keys/user-key.pem" -o "$dir/back.raw" --json
json 'it["ok"] and it["faults"] == [] and it["error"] is None and it["image"].endswith("back.raw")'

# broken NAME EDIT: a copy of the bundle, edited there; $copy is its manifest.
broken() {
  cp -r "$dir/bundle" "$dir/$1"
  copy=$dir/$1/small.manifest.xml
  (cd "$dir/$1" && eval "$2")
}
# fails_alike JSON: unbundle and verify find the same.
fails_alike() {
  expect_status 5 forge unbundle "$copy" -k "$keys/user-key.pem" -o "$dir/never.raw" --json
  json "$1"
  expect_status 5 forge verify "$copy" -k "$keys/user-key.pem" --json
  sed -i -e '1d' -e '$d' "$dir/out" # the one object of the list
  json "$1"
  [[ ! -e $dir/never.raw ]] || fail "an image came of a broken bundle"
}
found='[(f["check"], f.get("part"), f.get("field")) for f in it["faults"]]'

broken three 'printf x | dd of=small.part.1 bs=1 seek=77 conv=notrunc status=none
  rm small.part.3; truncate -s -5 small.part.4'
fails_alike "$found == [('parts', 1, 'digest'), ('parts', 3, 'filename'), ('parts', 4, 'digest'),
  ('sizes', None, 'image/bundled_size')]"
expect_status 5 forge unbundle "$copy" -k "$keys/user-key.pem" -o "$dir/never.raw"
expect_err '^  parts: part 1 .*is damaged'
expect_err '^  parts: part 3 .*is missing'
expect_err '^forge: .*part 1 .* \(and 3 more faults\)$'

broken digest 'sed -i -E "s,(<digest[^>]*>)[0-9a-f]{40}(</digest><size>),\10000000000000000000000000000000000000007\2," *.xml'
fails_alike "$found == [('content', None, 'image/digest')]"
broken size 'sed -i "s,<size>[0-9]*,<size>1024," *.xml'
fails_alike "$found == [('content', None, 'image/size')]"

# What stops it before the bundle can be looked at is told as well.
broken torn 'truncate -s 100 *.xml'
expect_status 3 forge unbundle "$copy" -k "$keys/user-key.pem" -o "$dir/never.raw" --json
json 'not it["ok"] and it["faults"] == [] and "not well-formed" in it["error"]'
expect_status 2 forge unbundle "$manifest" -k "$keys/user-key.pem" -o - --json
expect_err 'at once'
