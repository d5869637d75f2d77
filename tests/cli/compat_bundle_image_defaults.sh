#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What ec2-bundle-image does when nothing is said: /tmp, the image's name, this host's architecture.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/cli/common.bash
. "$(dirname "$0")/common.bash"
# shellcheck source=tests/cli/compat.bash
. "$(dirname "$0")/compat.bash"

name=${dir##*/}.img # a name that nobody else has in /tmp
on_exit "rm -f /tmp/$name.*"
small_image "$dir/$name" 1
expect_status 0 ec2-bundle-image "${old_keys[@]}" --ec2cert "$keys/ec2-cert.pem" -i "$dir/$name"
expect_out "^Bundle manifest is /tmp/$name\\.manifest\\.xml$"
expect_err "architecture .* from this host"
host=$(uname -m)
[[ $(element "/tmp/$name.manifest.xml" architecture) == "${host/i?86/i386}" ]] ||
  fail "another architecture than this host's"
[[ -f /tmp/$name.part.0 ]] || fail "no part"

# Any architecture is taken, with a warning and without a question.
expect_status 0 ec2-bundle-image "${old_keys[@]}" --ec2cert "$keys/ec2-cert.pem" -i "$dir/$name" \
  --arch arm64 </dev/null
expect_err '^Unsupported architecture \[arm64\]\.$'

# The image of a virtual machine is bundled as the disk that its guest sees.
if command -v qemu-img >/dev/null; then
  qemu-img convert -O qcow2 "$dir/$name" "$dir/small.qcow2"
  mkdir "$dir/bundle"
  expect_status 0 ec2-bundle-image "${old_keys[@]}" --ec2cert "$keys/ec2-cert.pem" -r x86_64 \
    -i "$dir/small.qcow2" -d "$dir/bundle"
  [[ $(element "$dir/bundle/small.qcow2.manifest.xml" size) == $((2 << 20)) ]] || fail "the size"
fi
