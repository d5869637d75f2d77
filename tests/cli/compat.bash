# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# What the tests of the old names share: links to the program, by which it is called.

old_names=(ec2-bundle-image ec2-bundle-vol ec2-unbundle ec2-migrate-manifest)
# shellcheck disable=SC2154 # lib.sh has made it
mkdir "$dir/bin"
for name in "${old_names[@]}"; do ln -s "$FORGE" "$dir/bin/$name"; done
PATH=$dir/bin:$PATH

# old_keys: the mandatory options of ec2-bundle-image but the image.
# shellcheck disable=SC2034,SC2154 # used by the tests; keys is common.bash's
old_keys=(-c "$keys/user-cert.pem" -k "$keys/user-key.pem" -u 123456789012)

# element MANIFEST NAME: the text of the first element of that name.
element() { grep -o "<$2[ >][^<]*" "$1" | head -n 1 | sed 's/^[^>]*>//'; }

# texts_in MANIFEST GROUP: the texts in an element that holds elements, in a row.
texts_in() { grep -o "<$2>.*</$2>" "$1" | sed 's/<[^>]*>/ /g' | xargs; }
