#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# openssl, gzip and GNU tar alone open our bundles and find everything in them as the format says.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/interop/bundle.lib
. "$(dirname "$0")/bundle.lib"
requires openssl gzip tar sha1sum

keys=$FORGE_FIXTURES/keys
account=$(cat "$keys/account.txt")

# make_image NAME: $dir/NAME with the given content.
make_image() {
  local image=$dir/$1 i
  case $1 in
    sparse) # data, holes, more extents than one header holds, an odd end
      truncate -s $((40 << 20)) "$image"
      openssl rand $((11 << 20)) | dd of="$image" conv=notrunc status=none
      for i in $(seq 60 90); do
        echo "block $i" | dd of="$image" bs=256k seek="$i" conv=notrunc status=none
      done
      printf 'the end' >>"$image"
      ;;
    dense) openssl rand $(((21 << 20) + 777)) >"$image" ;;
    empty) truncate -s 1M "$image" ;;
    byte) printf x >"$image" ;;
  esac
}

check() { # NAME PREFIX
  local image=$dir/$1 out=$dir/out-$1
  local manifest=$out/$2.manifest.xml i=0 total=0
  make_image "$1"
  mkdir "$out"
  forge bundle "$image" -c "$keys/user-cert.pem" -k "$keys/user-key.pem" -u "$account" \
    --ec2cert "$keys/ec2-cert.pem" -r x86_64 --mtime 1700000000 -d "$out" -p "$2" >"$dir/stdout"
  [[ $(cat "$dir/stdout") == "$manifest" ]] || fail "stdout is not the manifest's path"

  local digests name digest
  readarray -t digests < <(part_digests "$manifest")
  while read -r name; do
    digest=$(sha1sum <"$out/$name" | cut -d ' ' -f 1)
    [[ ${digests[i]} == "$digest" ]] || fail "$1: part $i has another digest"
    [[ $(stat -c %a "$out/$name") == 644 ]] || fail "$1: part $i has a wrong mode"
    total=$((total + $(stat -c %s "$out/$name")))
    i=$((i + 1))
  done < <(part_names "$manifest")
  [[ $(find "$out" -mindepth 1 | wc -l) == $((i + 1)) ]] || fail "$1: other files lie in the directory"
  [[ $(field "$manifest" bundled_size) == "$total" ]] || fail "$1: bundled_size is wrong"
  [[ $(field "$manifest" size) == $(stat -c %s "$image") ]] || fail "$1: size is wrong"

  local whose
  for whose in user ec2; do
    open_bundle "$manifest" "$keys/$whose-key.pem" "$whose" >"$dir/tar"
    [[ $(sha1sum <"$dir/tar" | cut -d ' ' -f 1) == "$(field "$manifest" digest)" ]] ||
      fail "$1: $whose: the tar stream has another digest"
  done
  (($(stat -c %s "$dir/tar") % 10240 == 0)) || fail "$1: the stream is not padded to 10240"
  [[ $(TZ=UTC tar --numeric-owner -tvf "$dir/tar") == \
    "-rw-r--r-- 0/0"*" $(stat -c %s "$image") 2023-11-14 22:13 $2" ]] ||
    fail "$1: unexpected member: $(tar -tvf "$dir/tar")"
  mkdir "$dir/restored-$1"
  tar -xf "$dir/tar" -C "$dir/restored-$1"
  cmp "$dir/restored-$1/$2" "$image" || fail "$1: the restored image differs"

  from_hex <<<"$(field "$manifest" signature)" >"$dir/signature"
  openssl x509 -in "$keys/user-cert.pem" -noout -pubkey >"$dir/public.pem"
  signed_text "$manifest" >"$dir/signed"
  openssl dgst -sha1 -verify "$dir/public.pem" -signature "$dir/signature" "$dir/signed" ||
    fail "$1: openssl does not accept the signature"
}

check sparse web
check dense "$(printf 'n%.0s' {1..120})"
check empty "an & image"
check byte x
(($(stat -c %b "$dir/restored-sparse/web") * 512 < 20 << 20)) || fail "the restored image has no holes"
