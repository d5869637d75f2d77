#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# forge boot: mistakes are told before anything runs, and the log never costs an input.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/cli/common.bash
. "$(dirname "$0")/common.bash"

usage() {
  local sentence=$1
  shift
  expect_status 2 forge boot "$@"
  expect_err "$sentence"
  [[ ! -s $dir/out ]] || fail "something is on stdout"
}
small_image "$dir/small.raw"
before=$(sha256 "$dir/small.raw")

usage 'too few arguments: boot takes IMAGE\|MANIFEST'
usage 'too many arguments, from "b" on' a b
usage '--expect: the pattern "log\(in", at character 7: missing' --expect 'log(in' "$dir/small.raw"
usage 'a whole number from 1 to' --timeout 0 "$dir/small.raw"
usage 'a whole number from 0 to' --restarts -1 "$dir/small.raw"
usage 'a whole number from 64 to' --memory 16 "$dir/small.raw"
usage 'not one of bios\|uefi' --firmware coreboot "$dir/small.raw"
usage '--interactive needs a terminal' --interactive "$dir/small.raw"
usage 'no result for --json' --interactive --json "$dir/small.raw"
usage '--expect has no meaning' --interactive --expect x "$dir/small.raw"
usage 'is an input' --log "$dir/small.raw" "$dir/small.raw"
ln -s small.raw "$dir/link"
usage 'is an input' --log "$dir/link" "$dir/small.raw"
[[ $(sha256 "$dir/small.raw") == "$before" ]] || fail "the log cost the image"

expect_status 3 forge boot "$dir/no-such.raw" --log "$dir/log"
expect_err 'no-such.raw.*No such file'
[[ ! -e $dir/log ]] || fail "there is a log of nothing"
small_bundle "$dir/bundle"
usage 'is a bundle: give the --privatekey' "$dir/bundle/small.manifest.xml"
expect_status 1 forge boot "$dir/small.raw" --log "$dir/no/such/log"
expect_err 'opening the log .*No such file'

# A first sector without code needs no machine to tell.
truncate -s 1M "$dir/zeros.raw"
printf '\x55\xaa' | dd of="$dir/zeros.raw" bs=1 seek=510 conv=notrunc status=none
expect_status 7 forge boot "$dir/zeros.raw" --json
json "it['verdict'] == 'failure' and it['pattern'] == 'no boot code' and it['log'] is None"
expect_err 'zeros.raw did not boot: its first sector holds no boot loader'

# Where there is no QEMU, the sentence names its package.
if [[ ! -e /usr/libexec/qemu-kvm ]]; then
  mkdir "$dir/bin"
  ln -s "$(command -v qemu-img)" "$dir/bin/qemu-img"
  expect_status 4 env PATH="$dir/bin" "$FORGE" boot "$dir/small.raw"
  expect_err 'qemu-system-x86_64 is not in PATH: install it: .*qemu'
fi
! compgen -G "$dir/.forge-*" || fail "a work directory is left behind"
