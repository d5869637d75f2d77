#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A second cloud's manifest over the same parts: opened there, signed, and nothing else changed.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
keys=$FORGE_FIXTURES/keys
field() { xmllint --xpath "string($2)" "$1"; }
truncate -s 200K "$dir/image.raw"
head -c 100000 /dev/urandom | dd of="$dir/image.raw" conv=notrunc status=none
forge bundle "$dir/image.raw" -c "$keys/user-cert.pem" -k "$keys/user-key.pem" \
  --ec2cert "$keys/ec2-cert.pem" -u 123456789012 -r x86_64 -p disk -d "$dir/b" --kernel aki-11111111 \
  --ramdisk ari-22222222 -B ami=sda1 --productcodes A,B >/dev/null
old=$dir/b/disk.manifest.xml new=$dir/b/west.manifest.xml
before=$(sha256 "$old")

expect_status 0 forge rekey "$old" -k "$keys/user-key.pem" --ec2cert "$keys/other-cert.pem" -o "$new"
expect_out "^$new\$"
expect_status 0 forge verify "$new" -c "$keys/user-cert.pem" -k "$keys/other-key.pem" --strict
expect_status 3 forge verify "$new" -k "$keys/ec2-key.pem"
expect_status 0 forge verify "$new" -k "$keys/user-key.pem"
# Only what belongs to the cloud and the signature differs.
strip() { sed -E 's#<(ec2_encrypted_key|ec2_encrypted_iv|signature)[^>]*>[0-9a-f]*<#<\1><#g' "$1"; }
[[ $(strip "$old") == "$(strip "$new")" ]] || fail "other fields changed"
[[ $(sha256 "$old") == "$before" ]] || fail "the old manifest changed"

# Ids: given, removed, by a table.
printf 'us-east-1,eu-west-1,manifest\naki-11111111,aki-eeeeeeee,x\nari-22222222,,y\n' >"$dir/ids.csv"
rekey() { forge rekey "$old" -k "$keys/user-key.pem" --ec2cert "$keys/other-cert.pem" "$@"; }
expect_status 0 rekey -o "$dir/1" --kernel aki-33333333 --ramdisk ''
[[ $(field "$dir/1" //kernel_id) == aki-33333333 && $(<"$dir/1") != *ramdisk_id* ]] || fail "ids: $(<"$dir/1")"
expect_status 0 rekey -o "$dir/2" --id-map "$dir/ids.csv" --region eu-west-1 --ramdisk ari-44444444
[[ $(field "$dir/2" //kernel_id) == aki-eeeeeeee ]] || fail "the table was not used"
expect_status 2 rekey -o "$dir/3" --id-map "$dir/ids.csv" --region eu-west-1
expect_err 'names no counterpart of ari-22222222 in eu-west-1'
expect_status 2 rekey -o "$dir/3" --id-map "$dir/ids.csv" --region mars-1
expect_err 'no column for the region mars-1'
expect_status 2 rekey -o "$dir/3" --id-map "$dir/ids.csv"
expect_status 1 rekey -o "$dir/1"
expect_err 'exists already'
expect_status 3 forge rekey "$old" -k "$keys/other-key.pem" --ec2cert "$keys/other-cert.pem" -o "$dir/3"
expect_err 'not a key of this bundle'
[[ ! -e $dir/3 ]] || fail "a failure left a file"

# Manifests of older versions become one of today's.
golden=$(golden old)
for version in v3 v20070829; do
  expect_status 0 forge rekey "$golden/$version.manifest.xml" -k "$golden/../user-key.pem" \
    --ec2cert "$keys/other-cert.pem" -o "$dir/$version"
  [[ $(field "$dir/$version" //version) == 2007-10-10 && $(field "$dir/$version" //type) == machine ]] ||
    fail "$version became $(<"$dir/$version")"
done
