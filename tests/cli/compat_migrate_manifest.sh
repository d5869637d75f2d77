#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# ec2-migrate-manifest without mapping: signed again, ids as given, all else kept, FILE.bak.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/cli/common.bash
. "$(dirname "$0")/common.bash"
# shellcheck source=tests/cli/compat.bash
. "$(dirname "$0")/compat.bash"

golden=$(golden .)
cp "$golden"/{user,ec2}-{key,cert}.pem "$dir"
keys=$dir # what resign and signed_text use
manifest=$dir/scratch/m.xml
migrate=(ec2-migrate-manifest -m "$manifest" -c "$dir/user-cert.pem" -k "$dir/user-key.pem")

begin() { # begin FILE: a fresh copy to migrate
  rm -rf "$dir/scratch"
  mkdir "$dir/scratch"
  cp "$1" "$manifest"
}

# A manifest without the elements that a migration may change.
stable() {
  sed -E 's,<(kernel_id|ramdisk_id|signature|ec2_encrypted_(key|iv))[ >][^<]*</[a-z_2]*>,,g' "$1"
}

for old in "$golden"/old/*.manifest.xml; do
  begin "$old"
  expect_status 0 "${migrate[@]}" --no-mapping --batch
  printf 'Backing up manifest...\nSuccessfully migrated %s\n' "$manifest" | diff - "$dir/out"
  cmp "$manifest.bak" "$old"
  expect_status 0 forge inspect "$manifest"
  signed_text "$manifest" | openssl dgst -sha1 -verify \
    <(openssl x509 -in "$dir/user-cert.pem" -noout -pubkey) -signature \
    <(printf '%b' "$(element "$manifest" signature | sed 's/../\\x&/g')") >/dev/null ||
    fail "the signature of ${old##*/}"
  [[ $(element "$manifest" version) == 2007-10-10 ]] || fail "the version"
  if grep -q '_id>' "$manifest" && grep -qE '<(kernel|ramdisk)_id>' "$manifest"; then
    fail "an id is left in ${old##*/}"
  fi
  for name in ec2_encrypted_key ec2_encrypted_iv digest size bundled_size; do
    [[ $(element "$manifest" "$name") == "$(element "$old" "$name")" ]] || fail "$name changed"
  done
done

# Every other field is kept, byte for byte; the removal of the ids is pointed out.
begin "$golden/old/full.manifest.xml"
expect_status 0 "${migrate[@]}" --no-mapping
expect_err 'removes the kernel or ramdisk'
[[ $(stable "$manifest") == "$(stable "$manifest.bak")" ]] || fail "another field changed"

# What old versions lack.
begin "$golden/old/v3.manifest.xml"
expect_status 0 "${migrate[@]}" --no-mapping
[[ ! -s $dir/err ]] || fail "a warning about ids that were not there"
[[ $(element "$manifest" architecture) == i386 ]] || fail "version 3 is i386"
[[ $(element "$manifest" type) == machine ]] || fail "type"

# Ids that are given; the mode of the file stays; a link stays a link.
begin "$golden/old/full.manifest.xml"
chmod 0640 "$manifest"
mv "$manifest" "$dir/scratch/real.xml"
ln -s real.xml "$manifest"
expect_status 0 "${migrate[@]}" --no-mapping --kernel aki-new --ramdisk ari-new --region eu-west-1
expect_out '^It is now suitable for use in eu-west-1\.$'
expect_err '^The bundle.s key stays wrapped'
[[ $(element "$manifest" kernel_id) == aki-new ]] || fail "the kernel"
[[ $(element "$manifest" ramdisk_id) == ari-new ]] || fail "the ramdisk"
[[ -L $manifest && $(stat -c %a "$dir/scratch/real.xml") == 640 ]] || fail "link or mode are lost"
[[ $(find "$dir/scratch" -mindepth 1 | wc -l) == 3 ]] || fail "something is left: $(ls -A "$dir/scratch")"

# A backup that is there: status 2, and nothing changes.
before=$(sha256 "$manifest")
expect_status 2 "${migrate[@]}" --no-mapping
expect_err "^ERROR: Backup file '$manifest\\.bak' already exists\\. Please delete or rename it"
[[ $(sha256 "$manifest") == "$before" ]] || fail "the manifest changed"

# A manifest that somebody else signed, and a key that does not open the bundle.
begin "$golden/old/full.manifest.xml"
expect_status 254 "${migrate[@]}" --no-mapping -c "$FORGE_FIXTURES/keys/other-cert.pem"
expect_err "^ERROR: Bad manifest '$manifest': "
expect_status 254 "${migrate[@]}" --no-mapping -k "$FORGE_FIXTURES/keys/other-key.pem"
[[ $(ls -A "$dir/scratch") == m.xml ]] || fail "a failed migration left something"
cmp "$manifest" "$golden/old/full.manifest.xml"

# What euca2ools wrote: the original takes its double quotes for a broken signature.
begin "$golden/C/image.manifest.xml"
expect_status 0 "${migrate[@]}" --no-mapping
