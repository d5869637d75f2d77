#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# An image or a manifest that may not be read is invalid input.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/cli/common.bash
. "$(dirname "$0")/common.bash"

small_bundle "$dir/bundle"
cp "$dir/bundle/small.manifest.xml" "$dir/hidden.manifest.xml"
chmod 0 "$dir/small.raw" "$dir/hidden.manifest.xml"
chmod 0755 "$dir"
mkdir "$dir/out.d"
chmod 0777 "$dir/out.d"
as=()
if [[ $(id -u) == 0 ]]; then
  requires setpriv
  as=(setpriv --reuid=65534 --regid=65534 --clear-groups --no-new-privs)
  "${as[@]}" test -x "$FORGE" || skip "other users cannot run $FORGE"
fi
expect_status 3 "${as[@]}" "$FORGE" bundle "${signing[@]}" -d "$dir/out.d" "$dir/small.raw"
expect_err 'small.raw: Permission denied'
expect_status 3 "${as[@]}" "$FORGE" unbundle "$dir/hidden.manifest.xml" -k "$keys/user-key.pem" \
  -o "$dir/out.d/back"
expect_err 'hidden.manifest.xml: Permission denied'
expect_empty "$dir/out.d"
