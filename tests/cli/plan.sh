#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# plan tells everything that an upload needs, in three forms, and refuses what cannot be uploaded.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/cli/common.bash
. "$(dirname "$0")/common.bash"

small_bundle "$dir/bundle" 12
manifest=$dir/bundle/small.manifest.xml
plan() { forge plan "$manifest" --bucket images/web "$@"; }

# As text: every object with its digests, the checks, the registration.
expect_status 0 plan --region eu-west-1
for name in small.part.0 small.part.1 small.manifest.xml; do
  for sum in md5sum sha1sum sha256sum; do
    expect_out "$("$sum" <"$dir/bundle/$name" | cut -d ' ' -f 1).* aws-exec-read +web/$name\$"
  done
  expect_out "$(openssl md5 -binary <"$dir/bundle/$name" | base64 | sed 's/[+]/[+]/g') "
done
expect_out BucketOwnerEnforced
expect_out 'register-image .*image-location=images/web/small\.manifest\.xml .*--region=eu-west-1'
expect_out '^instances .*m3'
[[ ! -s $dir/err ]] || fail "something is on stderr"

# As JSON.
expect_status 0 plan --json --acl public-read --create-bucket
json '[o["key"] for o in it["objects"]] == ["web/small.part.0", "web/small.part.1", "web/small.manifest.xml"]'
json 'it["bytes"] == sum(o["size"] for o in it["objects"])'
json '{o["acl"] for o in it["objects"]} == {"public-read"}'
json '[s["step"] for s in it["before"]] == ["bucket", "create-bucket", "acls", "enable-acls"]'
json 'it["after"][0]["command"][:3] == ["aws", "ec2", "register-image"]'
json 'it["image"]["virtualization"] == "hvm" and "public" in it["warnings"][0]'
expect_err 'warning: public-read'

# As a script, which every POSIX shell takes.
expect_status 0 plan --sh --tool s3cmd
for shell in sh dash bash; do
  if command -v "$shell" >/dev/null; then "$shell" -n "$dir/out"; fi
done
grep -q "^tool='s3cmd'" "$dir/out"
tail -n 2 "$dir/out" | grep -q 'small.manifest.xml'
cp "$dir/out" "$dir/script"
expect_status 0 sh "$dir/script" --help
expect_out '^Usage: script '
expect_status 1 sh "$dir/script" --no-such-option
expect_err 'unknown option --no-such-option'

# Less what is there; the way back.
echo web/small.part.0 >"$dir/list"
expect_status 0 plan --json --have "$dir/list"
json 'len(it["objects"]) == 2 and it["left_out"] == ["web/small.part.0"]'
rm "$dir/bundle/small.part.0"
expect_status 0 plan --json --delete
json 'it["plan"] == "removal" and it["objects"][0]["key"] == "web/small.manifest.xml"'
json 'it["before"][-1]["step"] == "deregister" and not it["after"]'

# Parts: elsewhere, missing, wrong.
expect_status 5 plan
expect_err 'part 0 \(small\.part\.0\) is missing'
[[ ! -s $dir/out ]] || fail "there is a plan all the same"
small_bundle "$dir/again" 12
expect_status 5 plan --source "$dir/again"
expect_err 'part 0 .*is damaged.*1 more files are wrong'
manifest=$dir/again/small.manifest.xml
cp -r "$dir/again" "$dir/parts"
rm "$dir/again"/small.part.*
expect_status 0 plan --source "$dir/parts" --json
json "it['objects'][0]['file'] == '$(realpath "$dir/parts")/small.part.0'"

# Usage and input.
expect_status 2 forge plan "$manifest"
expect_err 'give --bucket'
for options in '--json --sh' '--delete --have x' '--delete --create-bucket' '--tool aws' \
  '--acl private' '--region Europe/West' '--bucket a//b' '--bucket im;ages'; do
  # shellcheck disable=SC2086 # words
  expect_status 2 plan $options
done
expect_status 3 plan --source "$dir/parts" --have "$dir/no-list"
expect_status 3 forge plan "$dir/small.raw" --bucket images
expect_status 0 plan --source "$dir/parts" --bucket My_Images
expect_err 'warning: .*My_Images.* is not DNS-safe'
