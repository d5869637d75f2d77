#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# verify --for: each rule of each reader finds its fault, and our own bundle passes all of them.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
keys=$FORGE_FIXTURES/keys
head -c 11000000 /dev/urandom >"$dir/image.raw" # more than one part
make() { # make DIRECTORY OPTION...
  local out=$1
  shift
  forge bundle "$dir/image.raw" -c "$keys/user-cert.pem" -k "$keys/user-key.pem" \
    --ec2cert "$keys/ec2-cert.pem" -u 123456789012 -r x86_64 -p disk -d "$dir/$out" "$@" >/dev/null
}
make good -B ami=sda1,ephemeral0=sdb --kernel aki-12345678
good=$dir/good/disk.manifest.xml
expect_status 0 forge verify "$good" --for aws,eucalyptus,openstack --location bucket
expect_status 2 forge verify "$good" --for azure
expect_err 'no reader "azure"'

# deform NAME SED-EXPRESSION: the good manifest with one change, and its parts beside it.
deform() { sed -E "$2" "$good" >"$dir/good/$1.manifest.xml"; }
# finds RULE READER STATUS MANIFEST [OPTION...]
finds() {
  local rule=$1 reader=$2 status=$3 manifest=$4
  shift 4
  expect_status "$status" forge verify --for "$reader" "$manifest" "$@"
  expect_out "for $reader: $rule: "
  expect_out '^ +-> '
  tested+=("$rule")
}
tested=()
rule() { # rule NAME READER STATUS SED-EXPRESSION [OPTION...]: by a deformed manifest
  local name=$1 reader=$2 status=$3 expression=$4
  shift 4
  deform "$name" "$expression"
  finds "$name" "$reader" "$status" "$dir/good/$name.manifest.xml" "$@"
}
rule declaration aws 7 's/<\?xml[^>]*>//'
rule type-after-user aws 7 's#(<user>[^<]*</user>)(<type>machine</type>)#\2\1#'
rule machine-order aws 7 's#(<block_device_mapping>.*</block_device_mapping>)(<kernel_id>[^<]*</kernel_id>)#\2\1#'
rule signature aws 7 's#<signature>[^<]*</signature>#<signature></signature>#'
rule account aws 7 's#123456789012#1234-5678-9012#'
rule mapping-names aws 7 's#<device>sdb</device>#<device>xvdal</device>#'
rule size aws 7 's#<size>11000000</size>#<size>10737418241</size>#'
rule architecture aws 7 's#x86_64#ppc64#'
rule migration aws 0 "s#algorithm='SHA1'#algorithm=\"SHA1\"#g"
rule migration aws 0 's#<image>#<image id="x">#'
rule migration aws 0 's#</bundler>#<image></image></bundler>#'
rule migration aws 0 's#<signature>#<signature> #'
rule migration aws 0 's#</bundler>#</bundler>\r#'
rule signed-tags eucalyptus 7 's#<image>#<image >#'
rule part-order eucalyptus 7 "s#(<part index='0'>.*</part>)(<part index='1'>.*</part>)(</parts>)#\2\1\3#"
rule part-order openstack 7 "s#(<part index='0'>.*</part>)(<part index='1'>.*</part>)(</parts>)#\2\1\3#"
rule nova-blanks openstack 7 's#<ec2_encrypted_iv>#<ec2_encrypted_iv> #'
rule eucalyptus-blanks eucalyptus 7 's#<ec2_encrypted_iv>#<ec2_encrypted_iv> #'
for name in signature size bundled_size; do
  rule eucalyptus-blanks eucalyptus 7 "s#</$name># </$name>#"
  expect_status 0 forge verify --for openstack "$dir/good/eucalyptus-blanks.manifest.xml"
done
deform blanks-in-user-key 's#<user_encrypted_iv>#<user_encrypted_iv> #'
expect_status 0 forge verify --for eucalyptus,openstack "$dir/good/blanks-in-user-key.manifest.xml"
rule euca-unbundle eucalyptus 0 's#<manifest>#<manifest xmlns="urn:x">#'
rule namespace openstack 7 's#<manifest>#<manifest xmlns="urn:x">#'
rule nova-architecture openstack 7 's#x86_64#i386#'
finds nova-location openstack 7 "$good" --location bucket/some/prefix
rule nova-names openstack 7 's#<name>disk</name>#<name>image.tar.gz</name>#'
rule kernel-flag openstack 7 's#aki-12345678#true#'
cp "$good" "$dir/good/windows.manifest.xml"
finds eucalyptus-names eucalyptus 7 "$dir/good/windows.manifest.xml"
rule eucalyptus-ids eucalyptus 0 's#aki-12345678#aki-123#'
rule eucalyptus-architecture eucalyptus 7 's#x86_64#i686#'
rule eucalyptus-account eucalyptus 7 's#</bundler>#<user>1</user></bundler>#'
rule eucalyptus-digests eucalyptus 7 's#(<part .*)(<filename>.*<digest [^>]*>)([0-9a-f]{40})#\1\2\U\3#'
rule eucalyptus-size eucalyptus 7 's#<size>11000000</size>#<size>40000000000</size>#'
rule eucalyptus-signature eucalyptus 7 's#<signature>[^<]*</signature>#<signature>UNSIGNED</signature>#'
old=$(golden old)
cp "$old/v3.manifest.xml" "$dir/v3.manifest.xml"
expect_status 7 forge verify --for aws,eucalyptus "$dir/v3.manifest.xml"
expect_out 'warning for aws: version: '
expect_out 'error for eucalyptus: machine-configuration: '
tested+=(version machine-configuration)

# Every row of the table is among them.
while read -r name; do
  [[ " ${tested[*]} " == *" $name "* ]] || fail "no test for the rule $name"
done < <(sed -nE 's/^    \{ "([a-z-]+)",.*READER_.*/\1/p' "$FORGE_SOURCE/manifest/reader_rules.c")

expect_status 7 forge verify --json --for openstack "$dir/good/nova-names.manifest.xml"
python3 - "$dir/out" <<'PYTHON'
import json, sys
finding = json.load(open(sys.argv[1]))[0]["readers"][0]
assert finding["rule"] == "nova-names" and finding["severity"] == "error", finding
assert finding["readers"] == ["openstack"] and finding["remedy"], finding
PYTHON
