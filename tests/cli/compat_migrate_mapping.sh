#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# ec2-migrate-manifest wraps the key for another cloud; ids come from a table, not the network.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/cli/common.bash
. "$(dirname "$0")/common.bash"
# shellcheck source=tests/cli/compat.bash
. "$(dirname "$0")/compat.bash"

small_image "$dir/small.raw" 1
mkdir "$dir/bundle"
ec2-bundle-image "${old_keys[@]}" --ec2cert "$keys/ec2-cert.pem" -r x86_64 -i "$dir/small.raw" \
  -d "$dir/bundle" --kernel aki-us --ramdisk ari-us >/dev/null
manifest=$dir/bundle/small.raw.manifest.xml
migrate=(ec2-migrate-manifest -m "$manifest" "${old_keys[@]:0:4}")
cp "$manifest" "$dir/original.xml"
again() { cp "$dir/original.xml" "$manifest" && rm -f "$manifest.bak"; }

# opens KEY: the cloud that has KEY can open the bundle.
opens() {
  rm -f "$dir/restored"
  ec2-unbundle -k "$1" -m "$manifest" -s "$dir/bundle" -d "$dir/bundle" >"$dir/out" 2>"$dir/err" &&
    cmp "$dir/small.raw" "$dir/bundle/small.raw"
}

expect_status 0 "${migrate[@]}" --no-mapping --ec2cert "$keys/other-cert.pem" --region cn-north-1
opens "$keys/other-key.pem" || fail "the new cloud cannot open the bundle"
opens "$keys/user-key.pem" || fail "the account cannot open the bundle"
! opens "$keys/ec2-key.pem" || fail "the old cloud still can"
expect_status 0 forge verify --strict --cert "$keys/user-cert.pem" "$manifest"

# The region's own certificate is the default.
again
mkdir -p "$dir/tools/etc/ec2/amitools"
cp "$keys/other-cert.pem" "$dir/tools/etc/ec2/amitools/cert-ec2-gov.pem"
EC2_AMITOOL_HOME=$dir/tools expect_status 0 "${migrate[@]}" --no-mapping --region us-gov-west-1
opens "$keys/other-key.pem" || fail "the region's cloud cannot open the bundle"

# A table of ids.
cat >"$dir/map.csv" <<END
eu-west-1,us-east-1,manifest
aki-eu,aki-us,kernels/one.manifest.xml
ari-eu,ari-us,ramdisks/one.manifest.xml
END
again
expect_status 0 "${migrate[@]}" --id-map "$dir/map.csv" --region eu-west-1
[[ $(element "$manifest" kernel_id) == aki-eu ]] || fail "the kernel"
[[ $(element "$manifest" ramdisk_id) == ari-eu ]] || fail "the ramdisk"
again
expect_status 0 "${migrate[@]}" --id-map "$dir/map.csv" --region eu-west-1 --kernel aki-mine
[[ $(element "$manifest" kernel_id) == aki-mine ]] || fail "a given id does not win"

# Nothing changes when that is not possible.
again
refused() {
  expect_status "$1" "${migrate[@]}" "${@:3}"
  expect_err "$2"
  [[ ! -s $dir/out && ! -e $manifest.bak ]] || fail "something was begun"
  cmp "$dir/original.xml" "$manifest"
}
refused 6 '^ERROR: .*no column' --id-map "$dir/map.csv" --region mars-1
sed -i s/aki-us/aki-other/ "$dir/map.csv"
refused 6 '^ERROR: .*aki-us' --id-map "$dir/map.csv" --region eu-west-1
refused 1 '^--id-map and --no-mapping' --id-map "$dir/map.csv" --no-mapping
refused 1 '^If using automatic mapping, --region must be provided' -a AKIA -s secret
refused 1 '^If using automatic mapping, --region must be provided' --id-map "$dir/map.csv"
refused 7 '^ERROR: .*network.*--no-mapping' --region eu-west-1 -a AKIA -s secret
refused 254 '^ERROR: ' --no-mapping --ec2cert "$keys/elliptic-cert.pem"
