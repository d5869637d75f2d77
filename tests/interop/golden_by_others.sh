#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Our models of other people's readers take the bundles that the real ones took, with all values.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/interop/bundle.lib
. "$(dirname "$0")/bundle.lib"
# shellcheck source=tests/interop/readers.lib
. "$(dirname "$0")/readers.lib"
requires gzip tar

golden=$(golden .)
everyone="raw-rule signed-values ec2-migrate ec2-unbundle ec2 eucalyptus-3 eucalyptus-4.1
  eucalyptus-4.2 nova euca-unbundle euca-unbundle-cloud"

# reads MANIFEST IMAGE-SHA256 REFUSING [READER:]FIELD=VALUE...: who is not REFUSING reads this.
reads() {
  local parts reader wanted size
  mapfile -t parts < <(part_names "$1")
  size=$(cd "$(dirname "$1")" && cat "${parts[@]}" | wc -c)
  ask "$golden" "$1" user=123456789012 image="$2" bundled_size="$size" "${@:4}"
  for reader in $everyone; do
    wanted=ok
    [[ " $3 " != *" $reader "* ]] || wanted=FAIL
    answers "$reader" "$wanted" "$1"
  done
}

# The digests that the bundles' own description gives.
image=1250465120098c9773704f555204c91673d82ecd9b7622958b1c90fca155bfec
dense=edeb2d513fab5cea2efbf409dc14136e8bee2efd62aa265413e7148e88a6159b
basic=(architecture=x86_64 type=machine)
reads "$golden/A/golden.img.manifest.xml" $image '' "${basic[@]}" name=golden.img size=25165824
reads "$golden/edge/dense/dense.img.manifest.xml" $dense '' "${basic[@]}" name=dense.img size=100001
name=$(printf 'n%.0s' {1..120})
long=$golden/edge/longname/$name.manifest.xml
open_bundle "$long" "$golden/user-key.pem" | tar -xO >"$dir/long"
reads "$long" "$(sha256 "$dir/long")" '' "${basic[@]}" name="$name" size=4194304

# euca2ools: ec2-migrate-manifest refuses its double quotes, and what it leaves unsigned is for EC2,
# Eucalyptus from 4.2, OpenStack, and whoever has the cloud's key.
euca=(mapping=ami=sda1 mapping=ephemeral0=sdb mapping=root=/dev/sda1 mapping=swap=sda3
  product_code=A1B2C3D4 product_code=E5F6A7B8 kernel_id=aki-0123abcd ramdisk_id=ari-4567ef01)
reads "$golden/C/image.manifest.xml" $image ec2-migrate "${basic[@]}" "${euca[@]}" name=image \
  size=25165824
unsigned=$golden/edge/euca-unsigned/unsigned.manifest.xml
reads "$unsigned" $dense \
  "raw-rule signed-values ec2-migrate ec2-unbundle eucalyptus-3 eucalyptus-4.1 euca-unbundle" \
  "${basic[@]}" name=unsigned size=100001

# AWS's manifests with everything in them, for the parts of A.
cp "$golden"/old/*.manifest.xml "$golden"/A/golden.img.part.* "$dir"
old() { reads "$dir/$1.manifest.xml" $image "$2" name=golden.img size=25165824 "${@:3}"; }
old full '' "${basic[@]}" kernel_id=aki-0123abcd ramdisk_id=ari-4567ef01 mapping=ami=sda1 \
  mapping=root=/dev/sda1 product_code=A1B2C3D4 product_code=E5F6A7B8 \
  ancestor=ami-11111111 ancestor=ami-22222222
old escapes '' "${basic[@]}" product_code=é中 mapping="e&<>\"'x=s'd\"a&<>é1" \
  eucalyptus-4.1:mapping= eucalyptus-4.2:mapping=
old v3 "ec2 eucalyptus-3 eucalyptus-4.1 eucalyptus-4.2 euca-unbundle euca-unbundle-cloud" \
  ec2-migrate:architecture=i386 ec2-migrate:type=machine nova:architecture=x86_64 nova:type=machine
old v20070829 "ec2 nova euca-unbundle euca-unbundle-cloud" architecture=i386 \
  ec2-migrate:type=machine eucalyptus-4.1:type=machine eucalyptus-4.2:type=machine
old kernel '' type=kernel architecture=x86_64 kernel_name=vmlinuz-2.6.21.7-2.fc8xen \
  nova:type=machine
old ramdisk '' type=ramdisk architecture=x86_64 nova:type=machine
