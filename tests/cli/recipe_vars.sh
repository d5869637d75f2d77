#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Variables come from the recipe and, stronger, from the command line; secrets are never said.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/cli/common.bash
. "$(dirname "$0")/common.bash"

cat >"$dir/web.yaml" <<'RECIPE'
vars:
  size: 1000
  name:
  pin: {env: FORGE_TEST_PIN}
image: ${{name}}.raw
memsize: ${{size}}
steps:
  - run-command: login ${{pin}}
RECIPE
export FORGE_TEST_PIN=swordfish
expect_status 2 forge recipe check "$dir/web.yaml"
expect_err 'web.yaml:5:8: the variable "name" has no value: give one with --var name=VALUE'
expect_status 0 forge recipe check --var name=a,b "$dir/web.yaml"
expect_status 2 forge recipe check --var name=x --var size=1 "$dir/web.yaml"
expect_err 'web.yaml:6:10: memsize: "1" is not a whole number'
expect_status 2 forge recipe check --var name=x --var siez=1 "$dir/web.yaml"
expect_err '--var siez: the recipe has no such variable \(did you mean "size"\?\)'
expect_status 2 forge recipe check --var 9=1 "$dir/web.yaml"
expect_err 'a variable is given as NAME=VALUE'
expect_status 3 forge build --recipe "$dir/web.yaml" --var name=x=y "${signing[@]}" -d "$dir/bundle"
expect_err "$dir/x=y.raw: No such file"
expect_status 2 forge build --var name=x small.raw
expect_err '--var goes with --recipe'
unset FORGE_TEST_PIN
expect_status 2 forge recipe check --var name=x "$dir/web.yaml"
expect_err 'web.yaml:4:8: .*FORGE_TEST_PIN'
