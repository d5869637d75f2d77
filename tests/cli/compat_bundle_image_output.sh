#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# ec2-bundle-image prints the lines of Amazon's tool for the same image.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/cli/common.bash
. "$(dirname "$0")/common.bash"
# shellcheck source=tests/cli/compat.bash
. "$(dirname "$0")/compat.bash"

bundle=$(golden A)
golden=$(golden .)
cd "$dir"
ec2-unbundle -k "$golden/user-key.pem" -m "$bundle/golden.img.manifest.xml" -s "$bundle" >/dev/null
mkdir A
expect_status 0 ec2-bundle-image -i golden.img -c "$golden/user-cert.pem" \
  -k "$golden/user-key.pem" -u 123456789012 --ec2cert "$golden/ec2-cert.pem" -r x86_64 -d A --batch
diff "$bundle/stdout.txt" out || fail "other lines (>) than the original's (<)"
[[ ! -s err ]] || fail "something is on stderr: $(<err)"
for name in size type user architecture; do
  [[ $(element A/golden.img.manifest.xml $name) == \
    "$(element "$bundle/golden.img.manifest.xml" $name)" ]] || fail "$name differs"
done
