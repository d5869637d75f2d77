#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# inspect shows the guest in an image: as text, and as JSON.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
requires_appliance
requires python3
expect_status 0 forge inspect "$FORGE_FIXTURES/debian.raw"
for line in 'format +raw' 'system +.+' 'distribution +debian [0-9]+\.[0-9]+' 'packages +apt' \
  'file systems +/dev/sda1 ext4 .* on /'; do
  expect_out "^$line$"
done
expect_status 0 forge inspect --json "$FORGE_FIXTURES/fedora.raw"
python3 - "$dir/out" <<'PYTHON'
import json, sys
it = json.load(open(sys.argv[1]))
assert it["kind"] == "image" and it["format"] == "raw", it
assert it["guest"]["distro"] == "fedora" and it["guest"]["package_management"] == "dnf", it
assert any(item["mount_point"] == "/" for item in it["guest"]["file_systems"]), it
PYTHON
