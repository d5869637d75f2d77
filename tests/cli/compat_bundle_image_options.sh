#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Each option of ec2-bundle-image comes out in the bundle.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/cli/common.bash
. "$(dirname "$0")/common.bash"
# shellcheck source=tests/cli/compat.bash
. "$(dirname "$0")/compat.bash"

small_image "$dir/small image.raw" 11
touch -d @1234567890 "$dir/small image.raw"
mkdir "$dir/bundle"
expect_status 0 ec2-bundle-image -c "$keys/user-cert.pem" -k "$keys/user-key.pem" \
  -u 1234-5678-9012 -i "$dir/small image.raw" --ec2cert "$keys/ec2-cert.pem" -r i386 \
  -d "$dir/bundle/" -p "a & b" --kernel aki-1 --ramdisk ari-2 -B "root = /dev/sda1 , ami=sda=x" \
  --block-device-mapping=swap=sda3 --productcodes A,B --no-size-checks --batch
manifest="$dir/bundle/a & b.manifest.xml"
expect_out "^Created a & b\\.part\\.0$"
expect_out "^Created a & b\\.part\\.1$"
expect_out "^Splitting $dir/bundle/a & b\\.tar\\.gz\\.enc\\.\\.\\.$"
expect_out "^Bundle manifest is $dir/bundle/a & b\\.manifest\\.xml$"
[[ $(element "$manifest" user) == 123456789012 ]] || fail "the account"
[[ $(element "$manifest" architecture) == i386 ]] || fail "the architecture"
[[ $(element "$manifest" kernel_id) == aki-1 ]] || fail "the kernel"
[[ $(element "$manifest" ramdisk_id) == ari-2 ]] || fail "the ramdisk"
[[ $(texts_in "$manifest" product_codes) == "A B" ]] || fail "the product codes"
[[ $(texts_in "$manifest" block_device_mapping) == "ami sda root /dev/sda1 swap sda3" ]] ||
  fail "the mapping is $(texts_in "$manifest" block_device_mapping)"
expect_status 0 forge verify --strict --cert "$keys/user-cert.pem" \
  --privatekey "$keys/user-key.pem" "$manifest"

# The image and its time come back.
mkdir "$dir/restored"
expect_status 0 ec2-unbundle -k "$keys/user-key.pem" -m "$manifest" -s "$dir/bundle" \
  -d "$dir/restored"
[[ $(<"$dir/out") == "Unbundle complete." ]] || fail "other lines: $(<"$dir/out")"
cmp "$dir/small image.raw" "$dir/restored/a & b"
[[ $(stat -c %Y "$dir/restored/a & b") == 1234567890 ]] || fail "the image's time is lost"

# A mapping without root and ami is pointed out, in this order, before the manifest.
expect_status 0 ec2-bundle-image "${old_keys[@]}" --ec2cert "$keys/ec2-cert.pem" -r x86_64 \
  -i "$dir/small image.raw" -p a -d "$dir/bundle" -B swap=sda3
sed -n '/^Digests/,/^Creating/p' "$dir/out" >"$dir/notes"
diff - "$dir/notes" <<END || fail "the notes about the mapping"
Digests generated.
Block-device-mapping has no 'root' entry. A launch-time default will be used.
Block-device-mapping has no 'ami' entry. A launch-time default will be used.
Creating bundle manifest...
END

# A bundle that is there is replaced, its surplus parts too.
small_image "$dir/small image.raw" 1
expect_status 0 ec2-bundle-image "${old_keys[@]}" --ec2cert "$keys/ec2-cert.pem" -r x86_64 \
  -i "$dir/small image.raw" -p a -d "$dir/bundle"
[[ $(cd "$dir/bundle" && echo a.*) == "a.manifest.xml a.part.0" ]] || fail "$(ls "$dir/bundle")"
