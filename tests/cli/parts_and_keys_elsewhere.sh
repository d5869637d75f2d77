#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# --source: parts that lie elsewhere. --keys: the fitting pair is found among others.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
keys=$FORGE_FIXTURES/keys
head -c 300000 /dev/urandom >"$dir/image.raw"
forge bundle "$dir/image.raw" -c "$keys/user-cert.pem" -k "$keys/user-key.pem" \
  --ec2cert "$keys/ec2-cert.pem" -u 123456789012 -r x86_64 -p disk -d "$dir/b" >/dev/null
mkdir "$dir/apart" "$dir/none"
mv "$dir/b/disk.manifest.xml" "$dir/apart"
manifest=$dir/apart/disk.manifest.xml

expect_status 5 forge verify "$manifest"
expect_status 0 forge verify "$manifest" --source "$dir/b" --keys "$keys" --strict
expect_out '^ok +ok +ok +ok +ok '
expect_status 0 forge unbundle "$manifest" --source "$dir/b" --keys "$keys" -o "$dir/back.raw"
cmp "$dir/image.raw" "$dir/back.raw"

# The cloud's key alone opens it too; nothing that fits, and nothing at all, are told apart.
mkdir "$dir/cloud" "$dir/wrong"
cp "$keys/ec2-key.pem" "$dir/cloud"
cp "$keys/other-key.pem" "$keys/other-cert.pem" "$dir/wrong"
expect_status 0 forge verify "$manifest" --source "$dir/b" --keys "$dir/cloud"
expect_status 5 forge verify "$manifest" --source "$dir/b" --keys "$dir/wrong"
expect_out 'not a key of this bundle'
expect_status 3 forge unbundle "$manifest" --source "$dir/b" --keys "$dir/wrong" -o "$dir/no.raw"
expect_status 3 forge verify "$manifest" --keys "$dir/none"
expect_err 'holds no RSA key or certificate'
[[ ! -e $dir/no.raw ]] || fail "a failure left a file"
