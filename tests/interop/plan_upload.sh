#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# plan's script makes the bucket and sends every object, the manifest last, by s3cmd and by the aws CLI.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/interop/s3.bash
. "$(dirname "$0")/s3.bash"
start_s3

bundle_in "$dir/bundle" web 512K
names=(web.part.0 web.part.1 web.part.2 web.manifest.xml)
for tool in $tools; do
  bucket=made-by-$tool
  plan_script --bucket "$bucket/images/1" --region eu-west-1 --create-bucket
  expect_status 0 sh "$dir/script" --tool "$tool" --endpoint "$endpoint"
  expect_out "^making the bucket $bucket\$"
  [[ $(remarks) == 'BucketOwnerPreferred eu-west-1' ]] || fail "the bucket was made so: $(remarks)"
  expect_stored "$dir/bundle" "$bucket/images/1" aws-exec-read "${names[@]}"
  [[ $(requests | tail -n 1) == PUT*web.manifest.xml* ]] || fail "the manifest is not the last thing sent"
  expect_out "image-location=$bucket/images/1/web\.manifest\.xml .*--region=eu-west-1"
  download "$bucket/images/1" "$dir/back"
  diff -r "$dir/bundle" "$dir/back" || fail "other bytes come back from $bucket"

  mark
  expect_status 0 sh "$dir/script" --tool "$tool" --endpoint "$endpoint"
  [[ $(grep -c '^\[[1-4]/4\] there already: images/1/web\.' "$dir/out") == 4 ]] || fail "not all is there"
  [[ -z $(stored) ]] || fail "the second run sends something again"
done

# No prefix, a script from a pipe, files that were moved, names that a shell and a URL do not like.
name="it's 1+1=2 \$HOME & 100%25 é"
moved="$dir/moved \$HOME %s"
bundle_in "$dir/odd" "$name" 4M
names=("$name.part.0" "$name.manifest.xml")
for tool in $tools; do
  make_bucket "odd-$tool"
  plan_script --bucket "odd-$tool" --acl public-read --tool "$tool"
  mv "$dir/odd" "$moved"
  expect_status 0 sh -s -- --source "$moved" --endpoint "$endpoint" <"$dir/script"
  mv "$moved" "$dir/odd"
  expect_stored "$dir/odd" "odd-$tool" public-read "${names[@]}"
  diff <(printf '%s\n' "${names[@]}" | sort) <(listing "odd-$tool") || fail "the keys are not the names"
  mark
  expect_status 0 sh "$dir/script" --endpoint "$endpoint/"
  [[ -z $(stored) ]] || fail "the second run sends something again"
done
