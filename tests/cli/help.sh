#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Every verb has help, on stdout, with status 0 whatever else is on the line.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/cli/common.bash
. "$(dirname "$0")/common.bash"

for verb in $(forge --list-verbs); do
  for words in "$verb --help" "$verb -h --no-such-option" "help $verb"; do
    # shellcheck disable=SC2086 # words
    expect_status 0 forge $words
    expect_out "^Usage: forge $verb "
    expect_out '^  -h, --help '
    [[ ! -s $dir/err ]] || fail "something is on stderr"
  done
done
for words in --help -h help; do
  expect_status 0 forge "$words"
  for verb in $(forge --list-verbs); do expect_out "^  $verb "; done
done
expect_status 0 forge --version
expect_out '^forge [0-9]+\.[0-9]+\.[0-9]+$'
expect_status 2 forge help bundel
