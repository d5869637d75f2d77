#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A recipe's settings come in through the options' rows, with their ranges and places.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/cli/common.bash
. "$(dirname "$0")/common.bash"

printf 'image: small.raw\nmemsize: 1\n' >"$dir/web.yaml"
expect_status 2 forge build --recipe "$dir/web.yaml"
expect_err 'web.yaml:2:[0-9]+: memsize: "1" is not a whole number from'
printf 'image: small.raw\nmemsize: [512, 768]\nsysprep: [defaults, -logfiles]\n' >"$dir/web.yaml"
expect_status 2 forge build --recipe "$dir/web.yaml"
expect_err '^forge: .*web.yaml:2:1: memsize: one value is wanted, no list$'
printf 'image: small.raw\nbundle:\n  user: "12"\n' >"$dir/web.yaml"
expect_status 2 forge build --recipe "$dir/web.yaml"
expect_err 'web.yaml:3:[0-9]+: user: "12" is not an account id'
printf 'image: none.raw\nbundle:\n  user: "123456789012"\n  cert: none.pem\n' >"$dir/web.yaml"
expect_status 3 forge build --recipe "$dir/web.yaml" "${signing[@]:2}"
expect_err "$dir/none.pem"
expect_status 3 forge build --recipe "$dir/web.yaml" "${signing[@]}" -d "$dir/bundle"
expect_err "$dir/none.raw: No such file"
expect_status 2 forge build
expect_err 'the image is missing'
