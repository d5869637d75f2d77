#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Python's tarfile, reading a pipe the way OpenStack Nova does, needs ONE gzip member.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/interop/bundle.lib
. "$(dirname "$0")/bundle.lib"
requires openssl python3

keys=$FORGE_FIXTURES/keys
head -c $((5 << 20)) /dev/zero | tr '\0' a >"$dir/image"
openssl rand $((3 << 20)) >>"$dir/image"
mkdir "$dir/out"
forge bundle "$dir/image" -c "$keys/user-cert.pem" -k "$keys/user-key.pem" \
  -u "$(cat "$keys/account.txt")" --ec2cert "$keys/ec2-cert.pem" -r x86_64 \
  -d "$dir/out" -p image >"$dir/stdout"
manifest=$dir/out/image.manifest.xml
key=$(unwrap "$keys/ec2-key.pem" "$(field "$manifest" ec2_encrypted_key)")
iv=$(unwrap "$keys/ec2-key.pem" "$(field "$manifest" ec2_encrypted_iv)")
cat "$dir"/out/image.part.* | openssl enc -d -aes-128-cbc -K "$key" -iv "$iv" |
  python3 -c '
import shutil, sys, tarfile
with tarfile.open(fileobj=sys.stdin.buffer, mode="r|gz") as archive:
    member = archive.next()
    assert member.name == "image", member.name
    with open(sys.argv[1], "wb") as out:
        shutil.copyfileobj(archive.extractfile(member), out)
    assert archive.next() is None
' "$dir/restored"
cmp "$dir/restored" "$dir/image" || fail "Python restores another image"
