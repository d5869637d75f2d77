# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# What the tests of the command line share: a small image, keys, and a bundle made of them.

unset EC2_CERT EUCA_CERT EC2_PRIVATE_KEY EUCA_PRIVATE_KEY EC2_USER_ID EUCALYPTUS_CERT
unset EC2_AMITOOL_HOME EC2_HOME SOURCE_DATE_EPOCH FORGE_APPLIANCE

keys=$FORGE_FIXTURES/keys
# shellcheck disable=SC2034 # used by the tests
signing=(--cert "$keys/user-cert.pem" --privatekey "$keys/user-key.pem"
  --ec2cert "$keys/ec2-cert.pem" --user 123456789012)

# small_image PATH [MIB]: that many MiB (3) of data that does not compress, and 1 MiB of zeros.
small_image() {
  local size=${2:-3}
  openssl enc -aes-128-ctr -K 00000000000000000000000000000001 \
    -iv 00000000000000000000000000000000 -in /dev/zero 2>/dev/null |
    head -c "${size}M" >"$1" || true
  truncate -s "$((size + 1))M" "$1"
}

# small_bundle DIR [MIB]: a bundle of a small image; its manifest is DIR/small.manifest.xml.
small_bundle() {
  # shellcheck disable=SC2154 # dir is from lib.sh
  small_image "$dir/small.raw" "${2-}"
  forge bundle -q "${signing[@]}" --arch x86_64 --destination "$1" "$dir/small.raw" >/dev/null
}

# resign MANIFEST: sign it again after an edit, so that only the edited field is wrong.
resign() {
  local signature
  signature=$(signed_text "$1" | openssl dgst -sha1 -sign "$keys/user-key.pem" |
    od -An -v -tx1 | tr -d ' \n')
  sed -i "s,<signature>[^<]*,<signature>$signature," "$1"
}

# The signed bytes: the element machine_configuration directly followed by image.
signed_text() {
  sed -E 's,.*(<machine_configuration>.*</machine_configuration>).*,\1,' "$1" | tr -d '\n'
  sed -E 's,.*(<image>.*</image>).*,\1,' "$1" | tr -d '\n'
}

# json EXPRESSION: fail unless the Python EXPRESSION over "it", the last standard output, is true.
json() {
  requires python3
  python3 -c 'import json, sys; it = json.load(open(sys.argv[1])); assert eval(sys.argv[2]), it' \
    "$dir/out" "$1" || fail "not so in the JSON: $1"
}
