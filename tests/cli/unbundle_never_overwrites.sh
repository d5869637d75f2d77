#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# unbundle keeps what is there, unless --force.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/cli/common.bash
. "$(dirname "$0")/common.bash"

small_bundle "$dir/bundle"
echo precious >"$dir/back"
expect_status 1 forge unbundle "$dir/bundle/small.manifest.xml" -k "$keys/user-key.pem" \
  -o "$dir/back"
expect_err 'back exists already'
[[ $(<"$dir/back") == precious ]] || fail "it was overwritten"
expect_status 0 forge unbundle "$dir/bundle/small.manifest.xml" -k "$keys/user-key.pem" \
  -o "$dir/back" --force
cmp "$dir/small.raw" "$dir/back"

# What is no file is never replaced: a device would be lost.
mkfifo "$dir/pipe"
ln -s pipe "$dir/link"
for special in pipe link bundle; do
  expect_status 2 forge unbundle "$dir/bundle/small.manifest.xml" -k "$keys/user-key.pem" \
    -o "$dir/$special" --force
  expect_err 'is no file: it is not replaced'
done
[[ -p $dir/pipe && -L $dir/link && -d $dir/bundle ]] || fail "something was replaced"

# Nor is the input, by whatever name.
ln -s small.manifest.xml "$dir/bundle/same"
before=$(sha256 "$dir/bundle/small.manifest.xml")
for input in small.manifest.xml same; do
  expect_status 2 forge unbundle "$dir/bundle/small.manifest.xml" -k "$keys/user-key.pem" \
    -o "$dir/bundle/$input" --force
  expect_err "$input is the input, which is never changed: write another file"
done
[[ $(sha256 "$dir/bundle/small.manifest.xml") == "$before" ]] || fail "the manifest was changed"
