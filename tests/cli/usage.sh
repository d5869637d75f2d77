#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Mistakes on the command line are status 2 and a sentence.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/cli/common.bash
. "$(dirname "$0")/common.bash"

usage() {
  local sentence=$1
  shift
  expect_status 2 forge "$@"
  expect_err "$sentence"
  [[ ! -s $dir/out ]] || fail "something is on stdout"
}
usage 'a verb is missing'
usage 'no verb "bundel" \(did you mean "bundle"\?\)' bundel
usage 'no option --destnation \(did you mean --destination\?\)' bundle --destnation x
usage 'no option -Z' bundle -Z
usage '--force takes no value' bundle --force=yes
usage '--user: a value is missing' bundle --user
usage 'too few arguments' bundle
usage 'too few arguments' verify
usage 'too many arguments, from "b" on' bundle a b
usage 'not one of raw\|qcow2' bundle --format vmdk a
usage '"13" is neither a level from 1 to 12 nor "fast"' bundle --level 13 a
usage 'a whole number from 1 to' bundle --threads 0 a
usage '"ami" is not VIRTUAL=DEVICE' bundle -B ami a
usage 'a file name without a slash' bundle --prefix a/b a
usage 'give --output' unbundle a
usage 'give --output' customize a
usage 'the image to customize is missing' customize
