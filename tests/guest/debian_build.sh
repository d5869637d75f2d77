#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The main job on the real Debian disk: build, verify, unbundle, and build again from the bundle.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/cli/common.bash
. "$(dirname "$0")/../cli/common.bash"
requires openssl xmllint
requires_appliance
disk=$(debian_disk)/debian.qcow2
keys=$FORGE_FIXTURES/keys
before=$(sha256 "$disk") mtime=$(stat -c %Y "$disk")
printf 'from the host\n' >"$dir/upload.txt"

field() { xmllint --xpath "string($2)" "$1"; }
signing=(-c "$keys/user-cert.pem" -k "$keys/user-key.pem" --ec2cert "$keys/ec2-cert.pem" -u 1234-5678-9012)

printf 'steps:\n  - hostname: web\n' >"$dir/web.yaml"
expect_status 0 forge build "$disk" --recipe "$dir/web.yaml" \
  --upload "$dir/upload.txt:/etc/uploaded" --run-command 'id -u >/etc/built-by' \
  --run-command 'for i in $(seq 400); do printf "left-%s-behind" $i >/var/tmp/$i; done; sync; rm /var/tmp/*' \
  "${signing[@]}" -d "$dir/first" -p web --kernel aki-1a2b3c4d -B ami=sda1,ephemeral0=sdb \
  --productcodes A1B2,C3D4
manifest=$dir/first/web.manifest.xml
[[ $(<"$dir/out") == "$manifest" ]] || fail "stdout is not the manifest's path alone: $(<"$dir/out")"
[[ $(field "$manifest" //architecture) == x86_64 ]] || fail "the architecture does not come from inspection"

# The report says what went in: digests as sha256sum gives them, operations in their order.
cp "$dir/first/forge-report.json" "$dir/out"
json "it['input'] == {'path': '$disk', 'sha256': '$before', 'format': 'qcow2', 'virtual_size': 4 << 30}"
json "it['guest']['distro'] == 'debian' and it['guest']['architecture'] == 'x86_64'"
json "[o['operation'] for o in it['operations']] == ['hostname', 'upload', 'run-command', 'run-command']"
json "it['operations'][2]['value'] == 'id -u >/etc/built-by'"
json "{f['use']: f['sha256'] for f in it['files']}['recipe'] == '$(sha256 "$dir/web.yaml")'"
json "{f['use']: f['sha256'] for f in it['files']}['upload'] == '$(sha256 "$dir/upload.txt")'"
json "it['bundle']['tar_sha1'] == '$(field "$manifest" //image/digest)'"
json "set(it['run']['seconds']) == {'launch', 'customizing', 'bundling'}"

expect_status 0 forge verify --strict "$manifest" -c "$keys/user-cert.pem" -k "$keys/user-key.pem"

# Restored by us and by openssl, gunzip and tar alone: the same image.
expect_status 0 forge unbundle "$manifest" -k "$keys/user-key.pem" -o "$dir/restored.raw"
secret() { field "$manifest" "//user_encrypted_$1" | xxd -r -p | openssl pkeyutl -decrypt -inkey "$keys/user-key.pem"; }
(cd "$dir/first" && find . -name 'web.part.*' | sort -V | xargs cat) |
  openssl enc -d -aes-128-cbc -K "$(secret key)" -iv "$(secret iv)" | gunzip | tar -xO >"$dir/by-others.raw"
cmp "$dir/restored.raw" "$dir/by-others.raw"
rm "$dir/by-others.raw"
! grep -qaE 'left-[0-9]+-behind' "$dir/restored.raw" || fail "deleted files are in the bundle"

expect_status 0 forge cat "$dir/restored.raw" /etc/hostname /etc/uploaded /etc/built-by
[[ $(<"$dir/out") == $'web\nfrom the host\n0' ]] || fail "the guest has: $(<"$dir/out")"
rm "$dir/restored.raw"

# The bundle is an image as well: a second build starts from it, inherits its fields, and puts it on
# a smaller disk.
printf 'disk:\n  layout: gpt\n  size: 1500M\n' >"$dir/again.yaml"
expect_status 0 forge build "$manifest" --recipe "$dir/again.yaml" --append-line '/etc/uploaded:and again' \
  "${signing[@]}" -d "$dir/second" -p again --kernel aki-99999999 --tmpdir "$dir"
second=$dir/second/again.manifest.xml
[[ $(field "$second" //kernel_id) == aki-99999999 ]] || fail "an option does not win over what is inherited"
[[ $(field "$second" //mapping[2]/device) == sdb ]] || fail "the mapping is not inherited"
[[ $(field "$second" //product_code[2]) == C3D4 ]] || fail "the product codes are not inherited"
[[ $(field "$second" //image/size) == $((1500 << 20)) ]] || fail "the disk does not have the size that it should"
expect_status 0 forge cat "$second" /etc/uploaded -k "$keys/user-key.pem" --tmpdir "$dir"
[[ $(<"$dir/out") == $'from the host\nand again' ]] || fail "the second bundle holds: $(<"$dir/out")"

[[ $(sha256 "$disk") == "$before" && $(stat -c %Y "$disk") == "$mtime" ]] || fail "the input was changed"
! compgen -G "$dir/.forge-*" || fail "a work directory is left behind"
