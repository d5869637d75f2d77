#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Each mistake in calling ec2-bundle-vol has its status and its sentence, and makes nothing.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/cli/common.bash
. "$(dirname "$0")/common.bash"
# shellcheck source=tests/cli/compat.bash
. "$(dirname "$0")/compat.bash"

mkdir -p "$dir/tree/etc" "$dir/made"
echo '<?xml version="1.0"?><manifest/>' >"$dir/manifest.xml"
good=("${old_keys[@]}" --ec2cert "$keys/ec2-cert.pem" -r x86_64 -d "$dir/made" -v "$dir/tree" -P none -s 32)

# refused STATUS SENTENCE OPTION...
refused() {
  expect_status "$1" ec2-bundle-vol "${@:3}"
  expect_err "$2"
  [[ $1 != 1 ]] || expect_err "^Try 'ec2-bundle-vol --help'\$"
  expect_empty "$dir/made"
}

refused 1 '^missing mandatory parameter: --cert$'
refused 1 '^missing mandatory parameter: --privatekey$' "${good[@]:0:2}"
refused 1 '^missing mandatory parameter: --user$' "${good[@]:0:4}"
refused 1 "^--volume has invalid value '$dir/none': Directory does not exist" "${good[@]}" -v "$dir/none"
refused 1 "^--size has invalid value 'much': " "${good[@]}" -s much
refused 1 "^--size has invalid value '0': " "${good[@]}" -s 0
refused 254 '^ERROR: the specified size 10241MB is too large$' "${good[@]}" -s 10241
refused 1 "^--partition has invalid value 'bsd': it is none of mbr, gpt, none$" "${good[@]}" -P bsd
refused 1 "^--fstab has invalid value '$dir/none': File does not exist" "${good[@]}" --fstab "$dir/none"
refused 1 "^--grub-config has invalid value '$dir/none': File does not exist" "${good[@]}" --grub-config "$dir/none"
refused 1 '^--fstab and --generate-fstab may not both be provided$' "${good[@]}" --generate-fstab --fstab "$keys/user-cert.pem"
refused 1 "^--exclude has invalid value '/none': it matches nothing in the volume\\.$" "${good[@]}" -e /etc,/none
refused 1 "^--include has invalid value '/e\*/x': it matches nothing in the volume\\.$" "${good[@]}" -i '/e*/x'
refused 1 '^--script is not supported' "${good[@]}" -S /bin/true
refused 12 '^ERROR: instance metadata is not asked for' "${good[@]}" --no-inherit --inherit
refused 254 '^ERROR: .*needs? .*(bytes)' "${good[@]}" -s 1
refused 254 '^ERROR: ' "${good[@]}" -k "$keys/user-cert.pem"
refused 254 "^ERROR: the volume .* is a manifest" "${good[@]}" -v "$dir/manifest.xml"

# A directory is no mount point: GPT, as with the original, which takes the appliance.
FORGE_APPLIANCE=$dir/none refused 254 '^ERROR: ' "${good[@]:0:${#good[@]}-4}" -s 64
expect_out '^Using partition type "gpt"$'

# Without a word about it nothing is inherited, and a line says so.
expect_status 0 ec2-bundle-vol "${good[@]}"
expect_err 'Nothing is inherited'
expect_status 254 ec2-bundle-vol "${good[@]}"
expect_err "^ERROR: the specified image file $dir/made/image already exists$"
