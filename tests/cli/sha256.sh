#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# An input that is pinned by its SHA-256 is used only if it has that.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/cli/common.bash
. "$(dirname "$0")/common.bash"

small_image "$dir/small.raw"
digest=$(sha256 "$dir/small.raw")
other=$(sha256 "$FORGE")
bundle() { forge bundle -q "${signing[@]}" --arch x86_64 -d "$dir/bundle" "$@"; }

expect_status 5 bundle --sha256 "$other" "$dir/small.raw"
expect_err "small.raw has another SHA-256 than the one given: $digest"
expect_empty "$dir/bundle"
expect_status 0 bundle --sha256 "${digest^^}" "$dir/small.raw"
expect_status 2 bundle --sha256 "${digest:1}" "$dir/small.raw"
expect_err 'is not a SHA-256 in 64 digits'

# Of qcow2 it is the file that counts, and what is no image at all is another file first of all.
qemu-img convert -O qcow2 "$dir/small.raw" "$dir/small.qcow2"
expect_status 0 bundle -p qcow2 --no-report --sha256 "$(sha256 "$dir/small.qcow2")" "$dir/small.qcow2"
truncate -s 100000 "$dir/small.qcow2"
expect_status 5 bundle -p cut --no-report --sha256 "$digest" "$dir/small.qcow2"

# Of a bundle it is its manifest; a directory has none; an archive has one.
manifest=$dir/bundle/small.manifest.xml
again=(--privatekey "$keys/user-key.pem" -O raw)
expect_status 5 forge convert -q "${again[@]}" --sha256 "$digest" "$manifest" -o "$dir/x"
mkdir "$dir/tree"
echo text >"$dir/tree/file"
expect_status 2 forge convert -q --sha256 "$digest" "$dir/tree" -o "$dir/x" -O raw
expect_err 'which alone can have a SHA-256'
tar -C "$dir" -cf "$dir/tree.tar" tree
expect_status 5 forge convert -q --sha256 "$digest" "$dir/tree.tar" -o "$dir/x" -O raw
expect_status 0 forge convert -q --sha256 "$(sha256 "$dir/tree.tar")" --size 16M \
  "$dir/tree.tar" -o "$dir/x" -O raw

# In a recipe.
printf 'image: {path: small.raw, sha256: "%s"}\n' "$other" >"$dir/web.yaml"
expect_status 5 forge build -q --recipe "$dir/web.yaml" "${signing[@]}" -d "$dir/web"
expect_empty "$dir/web"
expect_status 0 forge recipe check "$dir/web.yaml"
printf 'image: {path: small.raw, sha256: abc}\n' >"$dir/web.yaml"
expect_status 2 forge recipe check "$dir/web.yaml"
expect_err 'web.yaml:1:34: sha256: "abc" is not a SHA-256'
