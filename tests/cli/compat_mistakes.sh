#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Each mistake in calling an old tool has the old sentence and status.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/cli/common.bash
. "$(dirname "$0")/common.bash"
# shellcheck source=tests/cli/compat.bash
. "$(dirname "$0")/compat.bash"

small_image "$dir/small.raw" 1
: >"$dir/empty.raw"
truncate -s 11G "$dir/large.raw"
mkdir "$dir/bundle"
good=("${old_keys[@]}" --ec2cert "$keys/ec2-cert.pem" -r x86_64 -d "$dir/bundle")

# refused STATUS SENTENCE OPTION...: by ec2-bundle-image, nothing on stdout, nothing made.
refused() {
  expect_status "$1" ec2-bundle-image "${@:3}"
  expect_err "$2"
  [[ $1 != 1 ]] || expect_err "^Try 'ec2-bundle-image --help'\$"
  [[ ! -s $dir/out ]] || fail "something is on stdout"
  expect_empty "$dir/bundle"
}

refused 1 '^missing mandatory parameter: --image$'
refused 1 '^missing mandatory parameter: --image$' "${good[@]}"
refused 1 '^missing mandatory parameter: --cert$' -i "$dir/small.raw"
refused 1 '^missing mandatory parameter: --privatekey$' -i "$dir/small.raw" "${good[@]:0:2}"
refused 1 '^missing mandatory parameter: --user$' -i "$dir/small.raw" "${good[@]:0:4}"
refused 1 '^invalid option: --no-such$' --no-such
refused 1 '^invalid option: -X$' -X
refused 1 '^missing argument: -c$' -c
refused 1 '^missing argument: --cert$' --cert
refused 1 '^needless argument: --batch=x$' --batch=x
refused 1 "^--image has invalid value '$dir/none': File does not exist or is not a file\\.$" \
  -i "$dir/none" "${good[@]}"
refused 1 "^--image has invalid value '$dir': File does not exist or is not a file\\.$" -i "$dir"
refused 1 '^--cert has invalid value' -c "$dir/none"
refused 1 '^--ec2cert has invalid value' --ec2cert "$dir/none"
refused 1 "^--destination has invalid value '$dir/none': Directory does not exist" -d "$dir/none"
refused 1 "^--user has invalid value '12345': the user ID should consist of 12 digits" -u 12345
refused 1 "^--prefix has invalid value 'a/b': '/' character not allowed\\.$" -p a/b
for mapping in '' root root= =sda 'root=a b' root=sda1,swap; do
  refused 1 '^--block-device-mapping has invalid value' -B "$mapping"
done

refused 254 '^ERROR: ' "${good[@]}" -i "$dir/empty.raw"
refused 254 '^ERROR: .*more than' "${good[@]}" -i "$dir/large.raw"
refused 254 '^ERROR: .*more than' "${good[@]}" -i "$dir/large.raw" --no-size-checks
refused 254 '^ERROR: ' -i "$dir/small.raw" "${good[@]}" -c "$keys/elliptic-cert.pem"
refused 254 '^ERROR: ' -i "$dir/small.raw" "${good[@]}" -k "$keys/user-cert.pem"
expect_status 254 ec2-bundle-image -i "$dir/small.raw" "${good[@]}" -k "$keys/other-key.pem"
expect_err '^ERROR: .*does not belong to the certificate'
expect_empty "$dir/bundle"

# What is no option is passed over, and said to be.
expect_status 0 ec2-bundle-image surplus -i "$dir/small.raw" "${good[@]}"
expect_err 'surplus'

# A bundle that cannot be written.
expect_status 1 ec2-bundle-image "${good[@]}" -i "$dir/small.raw" -d /proc
expect_err '^ERROR: '
