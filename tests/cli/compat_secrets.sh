#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# No secret of the old tools' users stays on a command line; nothing is asked.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/cli/common.bash
. "$(dirname "$0")/common.bash"
# shellcheck source=tests/cli/compat.bash
. "$(dirname "$0")/compat.bash"

small_image "$dir/small.raw" 1
mkdir "$dir/bundle"
encrypted=$keys/user-key-encrypted.pem
bundle=(ec2-bundle-image -c "$keys/user-cert.pem" -k "$encrypted" -u 123456789012 -r x86_64
  --ec2cert "$keys/ec2-cert.pem" -i "$dir/small.raw" -d "$dir/bundle")

expect_status 0 "${bundle[@]}" --passphrase "file:$keys/passphrase.txt"
manifest=$dir/bundle/small.raw.manifest.xml
expect_status 0 ec2-unbundle -k "$encrypted" -m "$manifest" -s "$dir/bundle" -d "$dir/bundle" \
  --passphrase fd:7 7<"$keys/passphrase.txt"

# Without a passphrase: an error, no prompt, even where somebody could answer.
expect_status 1 "${bundle[@]}" </dev/null
expect_err '--passphrase'

# While the passphrase is waited for, the secret key is no longer in the list of processes.
mkfifo "$dir/fifo"
ec2-migrate-manifest -m "$manifest" -c "$keys/user-cert.pem" -k "$encrypted" --no-mapping \
  -a AKIAEXAMPLE -s TOPSECRET --passphrase "file:$dir/fifo" >"$dir/out" 2>"$dir/err" &
pid=$!
for _ in {1..100}; do
  if grep -q 'not needed' "$dir/err"; then break; fi
  sleep 0.05
done
shown=$(tr '\0' ' ' <"/proc/$pid/cmdline")
cat "$keys/passphrase.txt" >"$dir/fifo"
wait "$pid"
[[ $shown == *no-mapping* ]] || fail "the command line could not be read: $shown"
[[ $shown != *TOPSECRET* && $shown != *AKIAEXAMPLE* ]] || fail "a secret is shown: $shown"
if grep -q 'TOPSECRET\|AKIAEXAMPLE' "$dir/out" "$dir/err"; then fail "a secret is printed"; fi
