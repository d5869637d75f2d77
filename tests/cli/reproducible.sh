#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A reproducible bundle is the same file by file from every format and number of threads, another
# one for another content, name, time or secret, and opens like any other.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/cli/common.bash
. "$(dirname "$0")/common.bash"
requires qemu-img openssl

small_image "$dir/small.raw" 12
qemu-img convert -f raw -O qcow2 "$dir/small.raw" "$dir/plain.qcow2"
qemu-img convert -f raw -O qcow2 -c "$dir/small.raw" "$dir/compressed.qcow2"
cp --sparse=never "$dir/small.raw" "$dir/full.raw"

# make OUT IMAGE OPTION...: a bundle in $dir/OUT.
make() {
  expect_status 0 forge bundle "${signing[@]}" -r x86_64 --reproducible --part-size 1M -p web \
    -d "$dir/$1" "${@:3}" "$dir/$2"
}
key_of() { grep -o '<user_encrypted_key[^<]*' "$dir/$1/web.manifest.xml"; }

make a small.raw --threads 1
make b plain.qcow2 --threads 3
make c compressed.qcow2 --threads 2
make d full.raw
for other in b c d; do
  diff -r "$dir/a" "$dir/$other" || fail "$other differs"
done
expect_status 0 forge verify -k "$keys/user-key.pem" -c "$keys/user-cert.pem" "$dir/a"
expect_status 0 forge verify -k "$keys/ec2-key.pem" "$dir/a"
expect_status 0 forge unbundle -k "$keys/user-key.pem" "$dir/a/web.manifest.xml" -o "$dir/back"
cmp "$dir/back" "$dir/small.raw"

# The key's file may be of another shape: it is the same secret.
openssl pkcs8 -topk8 -nocrypt -in "$keys/user-key.pem" -out "$dir/pkcs8.pem"
openssl rsa -traditional -in "$dir/pkcs8.pem" -out "$dir/pkcs1.pem" 2>"$dir/log"
make e small.raw -k "$dir/pkcs1.pem"
diff -r "$dir/a" "$dir/e" || fail "the shape of the key's file changes the bundle"

# Whatever changes the stream changes the keys.
cp "$dir/small.raw" "$dir/other.raw"
printf x | dd of="$dir/other.raw" bs=1 seek=12345 conv=notrunc status=none
head -c 32 /dev/urandom >"$dir/seed"
make content other.raw
make time small.raw --mtime 7
make level small.raw --level 1
make sparse small.raw --sparse none
make seeded small.raw --seed-file "$dir/seed"
make again small.raw --seed-file "$dir/seed"
diff -r "$dir/seeded" "$dir/again" || fail "the same seed gives another bundle"
expect_status 0 forge verify -k "$keys/user-key.pem" "$dir/sparse" "$dir/again"
for folder in a content time level sparse again; do key_of "$folder"; done | sort -u >"$dir/keys"
[[ $(wc -l <"$dir/keys") == 6 ]] || fail "two different streams have one key"

head -c 31 "$dir/seed" >"$dir/short"
expect_status 3 forge bundle "${signing[@]}" -r x86_64 --reproducible --seed-file "$dir/short" \
  -d "$dir/none" "$dir/small.raw"
expect_err 'the seed has 31 bytes, fewer than 32'
expect_status 2 forge bundle "${signing[@]}" -r x86_64 --seed-file "$dir/seed" -d "$dir/none" \
  "$dir/small.raw"
expect_empty "$dir/none"
