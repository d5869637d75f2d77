#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Without --ec2cert the region picks the certificate under $EC2_AMITOOL_HOME.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/cli/common.bash
. "$(dirname "$0")/common.bash"

small_image "$dir/small.raw"
base=("${signing[@]:0:4}" --user 123456789012 -r x86_64)
tools=$dir/tools/etc/ec2/amitools
mkdir -p "$tools"
export EC2_AMITOOL_HOME=$dir/tools
expect_status 2 forge bundle "${base[@]}" -d "$dir/bundle" "$dir/small.raw"
expect_err "cert-ec2.pem.*not in $tools"
expect_empty "$dir/bundle"
for pair in us-east-1=cert-ec2 eu-west-1=cert-ec2 us-gov-west-1=cert-ec2-gov \
  cn-north-1=cert-ec2-cn-north-1; do
  cp "$keys/ec2-cert.pem" "$tools/${pair#*=}.pem"
  expect_status 0 forge bundle "${base[@]}" --region "${pair%=*}" -d "$dir/${pair%=*}" \
    "$dir/small.raw"
  rm "$tools/${pair#*=}.pem"
done
cp "$keys/ec2-cert.pem" "$tools/cert-ec2.pem"
EUCALYPTUS_CERT=$dir/none expect_status 0 forge bundle "${base[@]}" --region us-west-2 \
  -d "$dir/outright" "$dir/small.raw"
