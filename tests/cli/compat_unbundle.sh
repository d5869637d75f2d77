#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# ec2-unbundle restores bundles of Amazon's tools and of euca2ools, and refuses damaged ones.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/cli/common.bash
. "$(dirname "$0")/common.bash"
# shellcheck source=tests/cli/compat.bash
. "$(dirname "$0")/compat.bash"

golden=$(golden .)
image=1250465120098c9773704f555204c91673d82ecd9b7622958b1c90fca155bfec
key=$golden/user-key.pem

mkdir "$dir/restored"
expect_status 0 ec2-unbundle -k "$key" -m "$golden/A/golden.img.manifest.xml" -s "$golden/A" \
  -d "$dir/restored"
[[ $(<"$dir/out") == "Unbundle complete." ]] || fail "other lines: $(<"$dir/out")"
[[ $(sha256 "$dir/restored/golden.img") == "$image" ]] || fail "another image in A"
expect_status 0 ec2-unbundle --privatekey "$key" --manifest "$golden/C/image.manifest.xml" \
  --source "$golden/C" --destination "$dir/restored" --batch --debug
[[ $(sha256 "$dir/restored/image") == "$image" ]] || fail "another image in C"

# By default both directories are the current one; an image that is there is replaced.
cp -r --no-preserve=mode "$golden/A" "$dir/copy" # the originals may be read-only
cd "$dir/copy"
echo old >golden.img
expect_status 0 ec2-unbundle -k "$key" -m golden.img.manifest.xml
[[ $(sha256 golden.img) == "$image" ]] || fail "another image"
cd "$dir/restored"
expect_status 254 ec2-unbundle -k "$key" -m "$dir/copy/golden.img.manifest.xml"
expect_err '^ERROR: .*golden\.img\.part\.0'

# Whatever is wrong: 254, and the image that is there stays.
rm "$dir/restored/"*
echo old >"$dir/restored/golden.img"
refused() {
  expect_status "$1" ec2-unbundle "${@:3}" -d "$dir/restored"
  expect_err "$2"
  [[ ! -s $dir/out ]] || fail "something is on stdout"
  [[ $(ls -A "$dir/restored") == golden.img && $(<"$dir/restored/golden.img") == old ]] ||
    fail "something was written"
}
bundle=(-m "$dir/copy/golden.img.manifest.xml" -s "$dir/copy")
refused 254 '^ERROR: ' -k "$keys/other-key.pem" "${bundle[@]}"
printf x | dd of="$dir/copy/golden.img.part.1" bs=1 seek=1000 conv=notrunc status=none
refused 254 '^ERROR: .*part' -k "$key" "${bundle[@]}"
rm "$dir/copy/golden.img.part.1"
refused 254 '^ERROR: .*golden\.img\.part\.1' -k "$key" "${bundle[@]}"
sed -i 's,golden.img.part.0<,../A/golden.img.part.0<,' "$dir/copy/golden.img.manifest.xml"
refused 254 '^ERROR: ' -k "$key" "${bundle[@]}"
refused 1 '^missing mandatory parameter: --manifest$' -k "$key"
refused 1 '^missing mandatory parameter: --privatekey$' "${bundle[@]}"
refused 1 '^--manifest has invalid value' -m "$dir/none" -k "$key"
refused 1 '^--source has invalid value' "${bundle[@]}" -k "$key" -s "$dir/none"
expect_status 1 ec2-unbundle "${bundle[@]}" -k "$key" -d "$dir/none"
expect_err '^--destination has invalid value'
