#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Our models of other people's readers refuse and misread deformed bundles as the real ones do.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/interop/readers.lib
. "$(dirname "$0")/readers.lib"

keys=$FORGE_FIXTURES/keys
account=$(cat "$keys/account.txt")
openssl rand 300000 >"$dir/image"
forge bundle "$dir/image" -q -c "$keys/user-cert.pem" -k "$keys/user-key.pem" -u "$account" \
  --ec2cert "$keys/ec2-cert.pem" -r x86_64 -p web --part-size 64K --kernel aki-12345678 \
  -B ami=sda1,root=/dev/sda1 --productcodes 'A&B' -d "$dir/good" >/dev/null
good=$dir/good/web.manifest.xml
outside=(name=web user="$account" type=machine)
machine=(architecture=x86_64 kernel_id=aki-12345678 mapping=ami=sda1 mapping=root=/dev/sda1
  product_code='A&B')

# fields_of WAY: what is true of the bundle that is deformed so, one field a line.
fields_of() {
  local parts=("$dir/$1"/web.part.*)
  [[ ! -e $dir/$1/web.again ]] || parts=("$dir/$1/web.again")
  content "$dir/image" "${parts[@]}" | tr ' ' '\n'
  printf '%s\n' "${outside[@]}"
  case $1 in
    no-machine-configuration) echo nova:architecture=x86_64 ;; # what it takes for granted
    i386) printf '%s\n' "${machine[@]}" | sed s/x86_64/i386/ ;;
    *) printf '%s\n' "${machine[@]}" ;;
  esac
}

# table READER...: rows of a way to deform and a cell for each reader; "-" where nothing is known.
table() {
  local readers=("$@") way cells fields manifest i
  while read -r way cells; do
    [[ $way && $way != '#'* ]] || continue
    read -ra cells <<<"$cells"
    manifest=$(deform "$keys" "$good" "$way")
    mapfile -t fields < <(fields_of "$way")
    ask "$keys" "$manifest" "${fields[@]}"
    ((${#cells[@]} == ${#readers[@]})) || fail "the row $way has ${#cells[@]} cells"
    for i in "${!readers[@]}"; do
      [[ ${cells[i]} == - ]] || answers "${readers[i]}" "${cells[i]}" "$way"
    done
    rm -r "${dir:?}/$way"
  done
}

# FORMAT.md 7, "Result table of deformed manifests", measured on the real tools. All are signed
# correctly over the raw bytes; where its cell says "cut empty", the raw rule has nothing to check.
table raw-rule ec2-migrate eucalyptus-3 eucalyptus-4.1 nova euca-unbundle <<'TABLE'
double-quotes             ok    FAIL  ok    ok    ok    ok
pretty-lf                 ok    ok    ok    ok    ok    ok
pretty-crlf               ok    FAIL  ok    ok    ok    ok
other-declaration         ok    ok    ok    ok    ok    ok
no-declaration            ok    ok    ok    ok    ok    ok
newline-at-end            ok    ok    ok    ok    ok    ok
attribute-on-image        FAIL  FAIL  FAIL  FAIL  ok    ok
xmlns                     ok    ok    ok    ok    FAIL  FAIL
no-machine-configuration  ok    ok    FAIL  FAIL  ok    FAIL
image-first               ok    ok    ok    ok    ok    ok
parts-in-reverse          ok    ok    FAIL  FAIL  FAIL  ok
blanks-in-signature       ok    FAIL  FAIL  FAIL  ok    ok
image-in-bundler          ok    FAIL  ok    FAIL  ok    ok
TABLE

# What the text of FORMAT.md 2, 3 and 7 says of single rules: one file in one gzip member, names,
# digests, sizes, exact numbers and digits, order.
table ec2-migrate ec2-unbundle ec2 eucalyptus-3 eucalyptus-4.1 nova euca-unbundle <<'TABLE'
flipped-byte              ok    FAIL  FAIL  FAIL  FAIL  FAIL  FAIL
zeros-behind-gzip         ok    ok    ok    ok    ok    ok    ok
two-gzip-members          ok    ok    ok    ok    ok    FAIL  ok
other-member-first        ok    -     -     OTHER FAIL  OTHER FAIL
other-member-last         ok    -     -     OTHER FAIL  ok    -
name-outside              ok    -     -     ok    ok    FAIL  -
name-of-a-part            ok    OTHER -     ok    ok    FAIL  ok
other-image               ok    OTHER OTHER OTHER OTHER OTHER OTHER
blanks-in-size            -     ok    -     ok    FAIL  ok    ok
blanks-in-cloud-key       ok    ok    -     -     FAIL  FAIL  ok
upper-case-digests        ok    ok    -     ok    FAIL  ok    -
other-count               -     -     -     ok    ok    ok    FAIL
other-size                OTHER ok    OTHER ok    FAIL  ok    FAIL
other-bundled-size        OTHER ok    OTHER ok    FAIL  ok    ok
other-digest              ok    FAIL  FAIL  ok    ok    ok    FAIL
i386                      ok    ok    ok    ok    ok    FAIL  ok
hyphens-in-user           OTHER ok    FAIL  ok    OTHER ok    ok
user-in-bundler           ok    ok    -     ok    OTHER ok    ok
type-before-user          ok    ok    FAIL  ok    ok    ok    ok
mapping-last              ok    ok    FAIL  ok    ok    ok    ok
device-first              ok    ok    FAIL  ok    ok    ok    ok
beyond-5-mib              ok    ok    -     ok    FAIL  ok    ok
TABLE
