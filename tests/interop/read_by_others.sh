#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Every other reader takes each kind of our bundles, and reads what the command line and image say.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/interop/readers.lib
. "$(dirname "$0")/readers.lib"

keys=$FORGE_FIXTURES/keys
account=$(cat "$keys/account.txt")

# Data, holes within and at the end, more than fits one buffer; and one without any hole.
holes=$dir/holes.raw dense=$dir/dense.raw
truncate -s 9M "$holes"
for at in 0 3 4 8; do
  openssl rand 300000 | dd of="$holes" bs=1M seek="$at" conv=notrunc status=none
done
openssl rand 700001 >"$dense"

# bundle FOLDER IMAGE OPTION...: makes one.
bundle() {
  forge bundle "$2" -q -c "$keys/user-cert.pem" -k "$keys/user-key.pem" -u "$account" \
    --ec2cert "$keys/ec2-cert.pem" -d "$dir/$1" "${@:3}" >/dev/null
}

# all_read FOLDER NAME IMAGE [READER:]FIELD=VALUE...: every reader does, except those in $refusing.
refusing=
all_read() {
  local folder=$1 name=$2 image=$3 reader wanted
  # shellcheck disable=SC2046 # words without blanks
  ask --cloud "${cloud-ec2}" "$keys" "$dir/$folder/${manifest-$name}.manifest.xml" \
    name="$name" user="$account" $(content "$image" "$dir/$folder/$name.part."*) "${@:4}"
  for reader in "${!verdict[@]}"; do
    wanted=ok
    [[ " $refusing " != *" $reader "* ]] || wanted=FAIL
    answers "$reader" "$wanted" "$folder"
  done
}

bundle plain "$holes" -r x86_64 -p web
all_read plain web "$holes" type=machine architecture=x86_64

full=(-r x86_64 --kernel aki-12345678 --ramdisk ari-9abcdef0
  -B "swap=sda3,ami=sda1" -B "root=/dev/sda1,ephemeral0=sdb" --productcodes "A1B2C3D4,E5F6A7B8"
  --ancestor-ami-ids "ami-22222222,ami-11111111")
full_fields=(type=machine architecture=x86_64 kernel_id=aki-12345678 ramdisk_id=ari-9abcdef0
  mapping=ami=sda1 mapping=ephemeral0=sdb mapping=root=/dev/sda1 mapping=swap=sda3
  product_code=A1B2C3D4 product_code=E5F6A7B8 ancestor=ami-22222222 ancestor=ami-11111111)
bundle full "$holes" "${full[@]}" -p web --part-size 8K
[[ -e $dir/full/web.part.100 ]] || fail "these are not many parts"
all_read full web "$holes" "${full_fields[@]}"

bundle reproducible "$holes" "${full[@]}" -p web --reproducible
all_read reproducible web "$holes" "${full_fields[@]}"

bundle level "$dense" "${full[@]}" -p web --level 12 --threads 2 --part-size 64K --mtime 1700000000
all_read level web "$dense" "${full_fields[@]}"

bundle filled "$holes" -r x86_64 -p web --sparse none
all_read filled web "$holes" type=machine architecture=x86_64

long=$(printf 'n%.0s' {1..120})
bundle long "$dense" -r x86_64 -p "$long"
all_read long "$long" "$dense" type=machine architecture=x86_64

# Text that has to be escaped, in names, ids and lists. Eucalyptus drops such ids, and reads the
# mapping's well-known names only.
name="a&b <c> 'd' \"é\""
bundle escapes "$dense" -r x86_64 -p "$name" --kernel "aki-<&1'>\"" --ramdisk 'ari-&lt;' \
  -B "ami=s'd\"a&<>é1,e&<>\"'x=]]>" --productcodes '<image>,</image>&amp;é中' \
  --ancestor-ami-ids "ami-&'\"<>"
escapes=(type=machine architecture=x86_64 kernel_id="aki-<&1'>\"" ramdisk_id='ari-&lt;'
  mapping="ami=s'd\"a&<>é1" mapping="e&<>\"'x=]]>"
  product_code='<image>' product_code='</image>&amp;é中' ancestor="ami-&'\"<>")
for reader in eucalyptus-4.1 eucalyptus-4.2; do
  escapes+=("$reader:kernel_id=" "$reader:ramdisk_id=" "$reader:mapping=ami=s'd\"a&<>é1")
done
all_read escapes "$name" "$dense" "${escapes[@]}"

# "true" says to OpenStack what the type says to others. To Eucalyptus it is no id.
bundle kernel "$dense" -r x86_64 -p boot --image-type kernel --kernel-name '6.1 & more' --kernel true
all_read kernel boot "$dense" type=kernel kernel_name='6.1 & more' architecture=x86_64 kernel_id=true \
  eucalyptus-4.1:kernel_id= eucalyptus-4.2:kernel_id=
bundle ramdisk "$dense" -r x86_64 -p boot --image-type ramdisk --ramdisk true
all_read ramdisk boot "$dense" type=ramdisk architecture=x86_64 ramdisk_id=true \
  eucalyptus-4.1:ramdisk_id= eucalyptus-4.2:ramdisk_id=

# The name i386 is unknown to OpenStack; its own name for it is unknown to Eucalyptus.
bundle i386 "$dense" -r i386 -p web
refusing=nova all_read i386 web "$dense" type=machine architecture=i386

# Another cloud's manifest for the same parts, with other ids.
forge rekey "$dir/full/web.manifest.xml" -q -k "$keys/user-key.pem" --ec2cert "$keys/other-cert.pem" \
  --kernel aki-87654321 --ramdisk '' -o "$dir/full/west.manifest.xml" >/dev/null
rekeyed=()
for field in "${full_fields[@]}"; do
  case $field in
    kernel_id=*) rekeyed+=(kernel_id=aki-87654321) ;;
    ramdisk_id=*) ;;
    *) rekeyed+=("$field") ;;
  esac
done
cloud=other manifest=west all_read full web "$holes" "${rekeyed[@]}"
refusing='ec2 eucalyptus-3 eucalyptus-4.1 eucalyptus-4.2 nova euca-unbundle-cloud' manifest=west \
  all_read full web "$holes" "${rekeyed[@]}"

# The answers are about values: tell the readers that a field was another one, and exactly those
# that read it disagree.
readers=("${!verdict[@]}")
# shellcheck disable=SC2207 # words without blanks
facts=(name=web user="$account" $(content "$holes" "$dir/full/web.part."*) "${full_fields[@]}")
read_by() { # FIELD=VALUE READER...
  local reader wanted others
  mapfile -t others < <(printf '%s\n' "${facts[@]}" | grep -v "^${1%%=*}=")
  ask "$keys" "$dir/full/web.manifest.xml" "${others[@]}" "$1"
  for reader in "${readers[@]}"; do
    wanted=ok
    [[ " ${*:2} " != *" $reader "* ]] || wanted=OTHER
    answers "$reader" "$wanted" "$1"
  done
}
manifest="raw-rule signed-values ec2-migrate ec2"
eucalyptus="eucalyptus-4.1 eucalyptus-4.2"
euca2ools="euca-unbundle euca-unbundle-cloud"
# shellcheck disable=SC2086
{
  read_by image=0 ec2-unbundle ec2 nova eucalyptus-3 $eucalyptus $euca2ools
  read_by size=1 $manifest $eucalyptus
  read_by bundled_size=1 $manifest $eucalyptus
  read_by kernel_id=aki-00000000 $manifest $eucalyptus nova
  read_by ramdisk_id= $manifest $eucalyptus nova
  read_by mapping=ami=sda $manifest $eucalyptus nova
  read_by product_code=A1B2C3D4,E5F6A7B8 $manifest
  read_by ancestor= $manifest
  read_by architecture=i386 $manifest $eucalyptus nova $euca2ools
  read_by type=kernel $manifest $eucalyptus nova $euca2ools
  read_by name=other $manifest ec2-unbundle $euca2ools
  read_by user=210987654321 $manifest $eucalyptus
}
