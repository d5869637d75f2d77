#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# From the same image, mode and time, with the file's own holes, we write what AWS's tool wrote, by our
# name and by its own: the same digest, and a manifest that differs in key material, what follows from
# it, and the bundler.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/interop/bundle.lib
. "$(dirname "$0")/bundle.lib"
requires openssl gzip tar mke2fs debugfs python3

golden=$(golden .)
"$golden/make-image.sh" "$dir/golden.img" 24 13
[[ $(sha256 "$dir/golden.img") == 1250465120098c9773704f555204c91673d82ecd9b7622958b1c90fca155bfec ]] ||
  skip "this e2fsprogs makes another golden.img"
open_bundle "$golden/edge/dense/dense.img.manifest.xml" "$golden/user-key.pem" | tar -x -C "$dir"

# without_keys MANIFEST: what must be equal. The size of the compressed stream, and with it the
# parts, is the compressor's.
without_keys() {
  sed -E -e 's,<bundler>.*</bundler>,,' -e 's,(<bundled_size>)[0-9]+,\1,' \
    -e 's,(_encrypted_(key|iv)[^>]*>)[0-9a-f]+,\1,g' -e 's,(<signature>)[0-9a-f]+,\1,' \
    -e "s,(\.part\.[0-9]+</filename><digest algorithm='SHA1'>)[0-9a-f]+,\1,g" "$1"
}

ln -s "$FORGE" "$dir/ec2-bundle-image"
for name in A/golden.img edge/dense/dense.img; do
  theirs=$golden/$name.manifest.xml file=$(basename "$name")
  keys=(-c "$golden/user-cert.pem" -k "$golden/user-key.pem" --ec2cert "$golden/ec2-cert.pem"
    -u "$(field "$theirs" user)" -r x86_64)
  mkdir -p "$dir/new" "$dir/old"
  forge bundle "$dir/$file" --sparse extents --mtime "$(stat -c %Y "$dir/$file")" "${keys[@]}" \
    -p "$file" -d "$dir/new" >"$dir/stdout"
  "$dir/ec2-bundle-image" -i "$dir/$file" "${keys[@]}" -d "$dir/old" --batch >"$dir/stdout"
  for ours in "$dir/new/$file.manifest.xml" "$dir/old/$file.manifest.xml"; do
    [[ $(field "$ours" digest) == "$(field "$theirs" digest)" ]] || fail "$ours: another digest"
    diff <(without_keys "$theirs") <(without_keys "$ours") || fail "$ours: the manifests differ"
  done
done
