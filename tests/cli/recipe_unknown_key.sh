#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# An unknown recipe key is a usage error with its place and a suggestion.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/cli/common.bash
. "$(dirname "$0")/common.bash"

small_image "$dir/small.raw"
printf 'image: small.raw\nbundle:\n  usr: "123456789012"\n' >"$dir/web.yaml"
expect_status 2 forge build --recipe "$dir/web.yaml" -d "$dir/bundle"
expect_err 'web.yaml:3:3.*usr.*did you mean "user"'
printf 'image: small.raw\nsteps:\n  - hostnam: web\n' >"$dir/web.yaml"
expect_status 2 forge build --recipe "$dir/web.yaml" -d "$dir/bundle"
expect_err 'web.yaml:3:5.*hostnam.*did you mean "hostname"'
printf 'imag: small.raw\n' >"$dir/web.yaml"
expect_status 2 forge build --recipe "$dir/web.yaml" -d "$dir/bundle"
expect_err 'web.yaml:1:1.*imag.*did you mean "image"'
expect_empty "$dir/bundle"
