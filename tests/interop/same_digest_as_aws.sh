#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A dense image gives the very digest that AWS's ec2-bundle-image wrote for it.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/interop/bundle.lib
. "$(dirname "$0")/bundle.lib"
requires openssl gzip tar

keys=$FORGE_FIXTURES/keys
theirs=$(golden edge/dense)/dense.img.manifest.xml
open_bundle "$theirs" "$(golden user-key.pem)" | tar -x -C "$dir"
mkdir "$dir/out"
forge bundle "$dir/dense.img" -c "$keys/user-cert.pem" -k "$keys/user-key.pem" \
  -u "$(cat "$keys/account.txt")" --ec2cert "$keys/ec2-cert.pem" -r x86_64 \
  --mtime "$(stat -c %Y "$dir/dense.img")" -d "$dir/out" -p dense.img >"$dir/stdout"
ours=$(field "$dir/out/dense.img.manifest.xml" digest)
[[ $ours == "$(field "$theirs" digest)" ]] || fail "our digest is $ours"
