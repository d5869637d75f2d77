#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# inspect shows every field of a manifest, as text and as JSON, without a key.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/cli/common.bash
. "$(dirname "$0")/common.bash"

small_image "$dir/small.raw"
forge bundle -q "${signing[@]}" -r x86_64 -B ami=sda1 --kernel aki-1 -d "$dir/bundle" \
  "$dir/small.raw" >/dev/null
expect_status 0 forge inspect "$dir/bundle/small.manifest.xml"
for line in 'version +2007-10-10' 'name +small' 'user +123456789012' 'type +machine' \
  'architecture +x86_64' 'kernel +aki-1' 'mapping +ami = sda1' 'size +4194304 \(4.0 MiB\)' \
  'parts +1: small.part.0' 'signature +not checked'; do
  expect_out "^$line$"
done
expect_status 0 forge inspect --json -c "$keys/user-cert.pem" "$dir/bundle/small.manifest.xml"
json 'it["kind"] == "manifest" and it["signature_state"] == "ok"'
json 'it["manifest"]["size"] == 4194304 and len(it["manifest"]["parts"]) == 1'
