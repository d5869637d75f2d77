#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Manifests that are not what they should be are refused whole, and name the field.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/cli/common.bash
. "$(dirname "$0")/common.bash"

small_bundle "$dir/bundle"
manifest=$dir/bundle/small.manifest.xml
cp "$manifest" "$dir/good"

# refused SENTENCE: the manifest as it is now gives status 3 everywhere, and no output.
refused() {
  expect_status 3 forge verify "$manifest"
  expect_err "$1"
  expect_status 3 forge inspect "$manifest"
  expect_status 3 forge unbundle "$manifest" -k "$keys/user-key.pem" -o "$dir/back"
  expect_err "$1"
  [[ -z $(find "$dir" -name 'back*' -o -name '.forge-*') ]] || fail "something is left"
  cp "$dir/good" "$manifest"
}

echo 'this is no XML' >"$manifest"
refused small.manifest.xml
: >"$manifest"
refused small.manifest.xml
sed -i 's,<size>.*</size>,,' "$manifest"
refused 'size'
sed -i "s,?>,?><!DOCTYPE manifest [<!ENTITY a \"b\">]>," "$manifest"
refused 'DOCTYPE'
sed -i 's,small.part.0,../small.part.0,' "$manifest"
refused 'filename.*\.\./small.part.0'
sed -i "s,small.part.0,/etc/passwd," "$manifest"
refused 'filename.*/etc/passwd'
sed -i "s,parts count='1',parts count='1000000000'," "$manifest"
refused 'parts'
sed -i 's,<size>[0-9]*,<size>9999999999999999999999,' "$manifest"
refused 'size.*number'
sed -i 's,<size>[0-9]*,<size>-1,' "$manifest"
refused 'size.*number'
