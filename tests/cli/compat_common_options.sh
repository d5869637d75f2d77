#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What every old tool answers: --version, --help, --manual; help and manual page agree.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/cli/common.bash
. "$(dirname "$0")/common.bash"
# shellcheck source=tests/cli/compat.bash
. "$(dirname "$0")/compat.bash"

page=$FORGE_SOURCE/forge/man/forge-ec2-ami-tools.7.scd
: >"$dir/in_help"
for name in "${old_names[@]}"; do
  expect_status 0 "$name" --version --help
  [[ $(head -n 1 "$dir/out") == "$name 1.5.3 20071010" ]] || fail "version: $(<"$dir/out")"
  [[ -z $(sed -n 2p "$dir/out") ]] || fail "no blank line after the version"
  for option in -h --help; do
    expect_status 0 "$name" "$option" --batch --debug
    expect_out "^Usage: $name PARAMETERS$"
    expect_out '^MANDATORY PARAMETERS$'
    expect_out '^OPTIONAL PARAMETERS$'
    expect_out '^    -h, --help '
  done
  grep -o ' --[a-z0-9-]*' "$dir/out" | tr -d ' ' >>"$dir/in_help"
  expect_status 0 "$name" --manual
  expect_out "^$name .*"
  expect_status 1 "$name" --help --no-such
  grep -q "$name" "$page" || fail "$name is not in forge-ec2-ami-tools(7)"
done
grep '^\*-' "$page" | grep -o -- '\*--[a-z0-9-]*' | tr -d '*' | sort -u >"$dir/in_page"
diff <(sort -u "$dir/in_help") "$dir/in_page" || fail "help (<) and page (>) differ"
expect_status 2 forge ec2-unbundle # a name for a link, no verb
