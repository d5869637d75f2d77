#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# --sysprep-dry-run runs the steps, lists what sysprep would change then, and writes nothing.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/cli/common.bash
. "$(dirname "$0")/../cli/common.bash"
requires_appliance
requires python3
export TMPDIR=$dir/work
mkdir "$TMPDIR"
before=$(sha256 "$FORGE_FIXTURES/debian.raw")

printf 'image: %s\nsysprep: [machine-id, +secrets, tmp-files, -tmp-files]\n' "$FORGE_FIXTURES/debian.raw" >"$dir/web.yaml"
expect_status 0 forge build --recipe "$dir/web.yaml" --sysprep-dry-run --json -d "$dir/bundle" \
  --write '/etc/machine-id:0123' --copy-in "$keys/user-key.pem:/etc/ssh" --upload "$keys/user-key.pem:/tmp/named" \
  --write '/tmp/other:x'
expect_err 'sysprep secrets: remove /tmp/named, which upload \(--upload\) names'
json "it['operations'] == ['machine-id', 'secrets'] and it['more'] == 0"
json "it['changes'] == [
  {'operation': 'machine-id', 'action': 'empty', 'path': '/etc/machine-id', 'what': None},
  {'operation': 'secrets', 'action': 'remove', 'path': '/etc/ssh/user-key.pem', 'what': 'private key (PEM)'},
  {'operation': 'secrets', 'action': 'remove', 'path': '/tmp/named', 'what': 'private key (PEM)'}]"
expect_empty "$dir/bundle"
! compgen -G "$TMPDIR/.forge-*" || fail "a work directory is left behind"
[[ $(sha256 "$FORGE_FIXTURES/debian.raw") == "$before" ]] || fail "the input was changed"
