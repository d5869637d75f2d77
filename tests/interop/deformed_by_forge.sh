#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# forge reads every deformed manifest, says what is wrong with it for whom, and writes it anew.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/interop/readers.lib
. "$(dirname "$0")/readers.lib"

keys=$FORGE_FIXTURES/keys
account=$(cat "$keys/account.txt")
openssl rand 300000 >"$dir/image"
forge bundle "$dir/image" -q -c "$keys/user-cert.pem" -k "$keys/user-key.pem" -u "$account" \
  --ec2cert "$keys/ec2-cert.pem" -r x86_64 -p web --part-size 64K --kernel aki-12345678 \
  -B "ami=sda1,root=/dev/sda1" --productcodes 'A&B' -d "$dir/good" >/dev/null
good=$dir/good/web.manifest.xml
mapfile -t fields < <(content "$dir/image" "$dir/good"/web.part.* | tr ' ' '\n')
fields+=(name=web user="$account" type=machine architecture=x86_64 kernel_id=aki-12345678
  mapping=ami=sda1 mapping=root=/dev/sda1 product_code='A&B')

verify() { forge verify -c "$keys/user-cert.pem" -k "$keys/user-key.pem" "$@"; }

# inspected MANIFEST: its fields but the signature, one a line.
inspected() {
  forge inspect --json "$1" | python3 -c '
import json, sys
fields = json.load(sys.stdin)["manifest"]
for name in sorted(fields):
    if name != "signature":
        print(name, json.dumps(fields[name], sort_keys=True))'
}
inspected "$good" >"$dir/good.fields"
[[ $(wc -l <"$dir/good.fields") -gt 10 ]] || fail "inspect shows few fields"

# findings MANIFEST READER: the rules that it breaks, joined by commas, or "-".
findings() {
  local rules
  forge verify --for "$2" "$1" >"$dir/findings" || true
  rules=$(sed -nE "s/.*(error|warning) for $2: ([a-z-]+): .*/\2/p" "$dir/findings" | paste -sd ,)
  echo "${rules:--}"
}

# The rows of FORMAT.md 7. All are read; where another tool reads less, the reader it is about is
# told. An authentic signature that is not over what is read counts for nothing.
# shellcheck disable=SC2034 # the columns of clouds are read by their names
while read -r way signature aws eucalyptus openstack; do
  [[ $way != '#'* ]] || continue
  manifest=$(deform "$keys" "$good" "$way")
  case $signature in
    ok) expect_status 0 verify --strict "$manifest" ;;
    BAD)
      expect_status 5 verify "$manifest"
      expect_out '^BAD +ok +ok +ok +ok '
      expect_err 'the signature does not cover what the manifest says$'
      expect_status 0 forge verify -k "$keys/user-key.pem" "$manifest"
      ;;
  esac
  expect_status 0 forge inspect -c "$keys/user-cert.pem" "$manifest"
  expect_out "^signature +$signature"
  for cloud in aws eucalyptus openstack; do
    found=$(findings "$manifest" "$cloud")
    [[ $found == "${!cloud}" ]] || fail "$way: for $cloud these are found: $found"
  done
  for key in user ec2; do
    expect_status 0 forge unbundle "$manifest" -k "$keys/$key-key.pem" -o "$dir/$way/$key"
    cmp "$dir/$way/$key" "$dir/image" || fail "$way: another image"
  done
  inspected "$manifest" >"$dir/fields"
  if [[ $way != no-machine-configuration ]]; then
    diff "$dir/good.fields" "$dir/fields" || fail "$way: other fields are shown"
    expect_status 0 forge rekey "$manifest" -k "$keys/user-key.pem" --ec2cert "$keys/ec2-cert.pem" \
      -o "$dir/$way/new.manifest.xml"
    ask "$keys" "$dir/$way/new.manifest.xml" "${fields[@]}"
    for reader in "${!verdict[@]}"; do answers "$reader" ok "$way, written anew"; done
  fi
  rm -r "${dir:?}/$way"
done <<'TABLE'
# way                     signature aws          eucalyptus        openstack
double-quotes             ok        migration    -                 -
pretty-lf                 ok        -            -                 -
pretty-crlf               ok        migration    -                 -
other-declaration         ok        -            -                 -
no-declaration            ok        declaration  -                 -
newline-at-end            ok        -            -                 -
attribute-on-image        BAD       migration    signed-tags       -
xmlns                     ok        -            euca-unbundle     namespace
no-machine-configuration  ok        architecture machine-configuration,eucalyptus-architecture -
image-first               ok        -            -                 -
parts-in-reverse          ok        -            part-order        part-order
blanks-in-signature       ok        migration    eucalyptus-blanks -
image-in-bundler          BAD       migration    signed-tags       -
TABLE
