#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Type, kernel name, ancestry and part size come out in the bundle; wrong ones are named.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/cli/common.bash
. "$(dirname "$0")/common.bash"

small_image "$dir/small.raw" 1
bundle() { expect_status "$1" forge bundle "${signing[@]}" -r x86_64 "${@:2}" "$dir/small.raw"; }

bundle 0 --image-type kernel --kernel-name vmlinuz-6.1 --ancestor-ami-ids ami-1,ami-2 \
  --ancestor-ami-ids ami-3 --part-size 64K --json -d "$dir/kernel"
json 'it["bundle"]["type"] == "kernel" and it["bundle"]["kernel_name"] == "vmlinuz-6.1"'
[[ $(<"$dir/kernel/small.manifest.xml") == *"<type>kernel</type><kernel_name>vmlinuz-6.1</kernel_name><ancestry><ancestor_ami_id>ami-1</ancestor_ami_id><ancestor_ami_id>ami-2</ancestor_ami_id><ancestor_ami_id>ami-3</ancestor_ami_id></ancestry><digest "* ]] ||
  fail "the fields are not in the order of the format"
[[ $(stat -c %s "$dir/kernel/small.part.00") == 65536 ]] || fail "the parts have another size"
expect_status 0 forge verify -k "$keys/user-key.pem" "$dir/kernel"
bundle 0 --image-type ramdisk -d "$dir/ramdisk"
grep -q '</user><type>ramdisk</type><digest ' "$dir/ramdisk/small.manifest.xml"

bundle 2 --image-type kernel -d "$dir/none"
expect_err 'kernel needs a kernel name'
bundle 2 --kernel-name vmlinuz -d "$dir/none"
expect_err 'only an image of type kernel'
bundle 2 --image-type floppy -d "$dir/none"
bundle 2 --part-size 100 -d "$dir/none"
expect_err 'not a size from 1.0 KiB to 1.0 GiB'
bundle 2 --part-size 2G -d "$dir/none"
expect_empty "$dir/none"
