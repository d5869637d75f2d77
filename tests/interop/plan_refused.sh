#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# plan's script says why a bucket cannot take the bundle, and sends no manifest after a failure.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/interop/s3.bash
. "$(dirname "$0")/s3.bash"
start_s3

# s3cmd tries six times, and sleeps for 45 seconds between; there is no option against that.
mkdir "$dir/hurry"
echo 'import time; time.sleep = lambda seconds: None' >"$dir/hurry/sitecustomize.py"

names=(web.part.0 web.manifest.xml)
for tool in $tools; do
  bundle_in "$dir/$tool" web 4M

  # A new bucket as Amazon makes it has no ACLs.
  bucket=closed-$tool
  make_bucket "$bucket" BucketOwnerEnforced
  plan_script --bucket "$bucket" --tool "$tool" --create-bucket
  expect_status 1 sh "$dir/script" --endpoint "$endpoint"
  expect_err "^script: ACLs are disabled in the bucket $bucket \(its object ownership is BucketOwnerEnforced\)"
  [[ -z $(stored) ]] || fail "something was sent to a bucket without ACLs"
  if [[ $tool == aws ]]; then # it can ask, and then needs no object to find out
    if requests | grep web; then fail "it did not stop at the bucket"; fi
    touch "$front/denied"
    expect_status 1 sh "$dir/script" --endpoint "$endpoint"
    expect_err 'BucketOwnerEnforced'
    requests | grep -q $'^PUT\t/closed-aws/web.part.0\t400' || fail "it did not try the first object"
    rm "$front/denied"
  fi
  [[ -z $(listing "$bucket") ]] || fail "there is something in the bucket"

  # What it tells to do helps.
  remedy=$(sed -n 's/.*enable them: aws //p' "$dir/err")
  mark
  eval "aws --endpoint-url=$endpoint $remedy"
  expect_status 0 sh "$dir/script" --endpoint "$endpoint"
  expect_stored "$dir/$tool" "$bucket" aws-exec-read "${names[@]}"

  # No bucket, and nobody said that it may be made; or no right to see it.
  plan_script --bucket "none-$tool" --tool "$tool"
  expect_status 1 sh "$dir/script" --endpoint "$endpoint"
  expect_err "^script: the bucket none-$tool is not there or not ours: "
  expect_err 404
  plan_script --bucket "$bucket" --tool "$tool" --create-bucket
  expect_status 1 env AWS_ACCESS_KEY_ID=STRANGER sh "$dir/script" --endpoint "$endpoint"
  expect_err "^script: the bucket $bucket is not there or not ours: "
  expect_err 403
  if requests | grep ^PUT; then fail "it made or sent something all the same"; fi

  # A part that has changed since the plan was made: the server finds out.
  make_bucket "changed-$tool"
  plan_script --bucket "changed-$tool" --tool "$tool"
  printf X | dd of="$dir/$tool/web.part.0" conv=notrunc status=none
  expect_status 1 env PYTHONPATH="$dir/hurry" sh "$dir/script" --endpoint "$endpoint"
  expect_err '^script: sending web.part.0: '
  expect_err BadDigest
  [[ -z $(stored) ]] || fail "the changed part or the manifest was sent"
done
