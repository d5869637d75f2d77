#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The cloud's certificate comes from EC2_AMITOOL_HOME, then EC2_HOME, then beside the link.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/cli/common.bash
. "$(dirname "$0")/common.bash"
# shellcheck source=tests/cli/compat.bash
. "$(dirname "$0")/compat.bash"

small_image "$dir/small.raw" 1
for home in amitool ec2 beside; do
  mkdir -p "$dir/$home/etc/ec2/amitools" "$dir/$home/bin"
  ln -s "$FORGE" "$dir/$home/bin/ec2-bundle-image"
done
certificate=etc/ec2/amitools/cert-ec2.pem
bundle=("${old_keys[@]}" -i "$dir/small.raw" -r x86_64 -d "$dir/bundle")
mkdir "$dir/bundle"

# Which certificate was used shows in the length of what it encrypts: 1024 or 2048 bits.
digits() { element "$dir/bundle/small.raw.manifest.xml" ec2_encrypted_key | tr -d '\n' | wc -c; }

cp "$keys/ec2-cert.pem" "$dir/amitool/$certificate"
cp "$keys/other-cert.pem" "$dir/ec2/$certificate"
EC2_AMITOOL_HOME=$dir/amitool EC2_HOME=$dir/ec2 expect_status 0 ec2-bundle-image "${bundle[@]}"
[[ $(digits) == 256 ]] || fail "EC2_AMITOOL_HOME does not win"
EC2_HOME=$dir/ec2 expect_status 0 ec2-bundle-image "${bundle[@]}"
[[ $(digits) == 512 ]] || fail "EC2_HOME does not count"
cp "$keys/other-cert.pem" "$dir/beside/$certificate"
expect_status 0 "$dir/beside/bin/ec2-bundle-image" "${bundle[@]}"
PATH=$dir/beside/bin:$PATH expect_status 0 ec2-bundle-image "${bundle[@]}"
[[ $(digits) == 512 ]] || fail "the link's own place does not count"
EC2_HOME=$dir/ec2 expect_status 0 ec2-bundle-image "${bundle[@]}" --ec2cert "$keys/ec2-cert.pem"
[[ $(digits) == 256 ]] || fail "--ec2cert does not win"

rm -r "$dir/bundle" && mkdir "$dir/bundle"
EC2_AMITOOL_HOME=$dir/none EC2_HOME=$dir/ec2 expect_status 254 ec2-bundle-image "${bundle[@]}"
expect_err '^ERROR: .*--ec2cert'
expect_status 254 ec2-bundle-image "${bundle[@]}"
expect_err '^ERROR: .*EC2_AMITOOL_HOME'
expect_empty "$dir/bundle"

# The variables of other tools do not count.
EC2_CERT=$keys/user-cert.pem EC2_PRIVATE_KEY=$keys/user-key.pem EC2_USER_ID=123456789012 \
  expect_status 1 ec2-bundle-image -i "$dir/small.raw"
expect_err '^missing mandatory parameter: --cert$'
