#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The starter recipe is good, and replaces nothing unless it is told to.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/cli/common.bash
. "$(dirname "$0")/common.bash"

expect_status 0 forge recipe init
cp "$dir/out" "$dir/printed"
expect_status 0 forge recipe init "$dir/web.yaml"
cmp "$dir/printed" "$dir/web.yaml"
expect_status 0 forge recipe check "$dir/web.yaml"
# What is commented out in it is right as well, but for the files that it names.
sed -E 's/^( *)# (format|sha256|token|network|- |disk|  layout|  size)/\1\2/; s/64 digits/"'"$(sha256 "$FORGE")"'"/' \
  "$dir/web.yaml" >"$dir/all.yaml"
touch "$dir/site.conf" "$dir/setup.sh"
API_TOKEN=x ROOT_PASSWORD=x expect_status 0 forge recipe check "$dir/all.yaml"
grep -q '^disk:' "$dir/all.yaml"
grep -q '^  - run: ' "$dir/all.yaml"

echo mine >"$dir/web.yaml"
expect_status 1 forge recipe init "$dir/web.yaml"
expect_err 'is there already: --force replaces it'
[[ $(<"$dir/web.yaml") == mine ]] || fail "the file was replaced"
expect_status 0 forge recipe init --force "$dir/web.yaml"
cmp "$dir/printed" "$dir/web.yaml"
expect_status 1 forge recipe init "$dir/none/web.yaml"
