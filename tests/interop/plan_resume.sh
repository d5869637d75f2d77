#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A killed upload goes on where it stopped; what a listing of the bucket has, a new plan leaves out.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/interop/s3.bash
. "$(dirname "$0")/s3.bash"
start_s3

held() { requests | grep -q $'\tHELD\t'; }

bundle_in "$dir/bundle" web 768K
for tool in $tools; do
  bucket=images-$tool
  make_bucket "$bucket"

  # Killed, with its tool, in the middle of the second part.
  plan_script --bucket "$bucket/web/1" --tool "$tool"
  echo web.part.1 >"$front/hold"
  setsid sh "$dir/script" --endpoint "$endpoint" >"$dir/out" 2>&1 &
  wait_for held
  kill -KILL "-$!"
  wait "$!" || true
  rm "$front/hold"
  [[ $(listing "$bucket") == web/1/web.part.0 ]] || fail "there is more than the first part"

  mark
  expect_status 0 sh "$dir/script" --endpoint "$endpoint"
  expect_out '^\[1/3\] there already: web/1/web.part.0$'
  expect_stored "$dir/bundle" "$bucket/web/1" aws-exec-read web.part.1 web.manifest.xml
  download "$bucket/web/1" "$dir/back"
  diff -r "$dir/bundle" "$dir/back" || fail "other bytes come back from $bucket"

  # Another object of the same size in the place of the first part; the manifest gone.
  head -c 768K /dev/zero >"$dir/zeros"
  s3cmd put --quiet "$dir/zeros" "s3://$bucket/web/1/web.part.0"
  s3cmd del --quiet "s3://$bucket/web/1/web.manifest.xml"
  case $tool in
    s3cmd) s3cmd ls --list-md5 "s3://$bucket/web/1/" >"$dir/list" ;;
    aws) aws --endpoint-url="$endpoint" s3 ls "s3://$bucket/web/1/" >"$dir/list" ;;
  esac
  expect_status 0 forge plan -q "$manifest" --bucket "$bucket/web/1" --have "$dir/list" --json
  sent=(web.part.0 web.manifest.xml)
  if [[ $tool == aws ]]; then sent=(web.manifest.xml); fi # its listing has no MD5
  json "[o['file'].rpartition('/')[2] for o in it['objects']] == '${sent[*]}'.split()"
  plan_script --bucket "$bucket/web/1" --tool "$tool" --have - <"$dir/list"
  expect_status 0 sh "$dir/script" --endpoint "$endpoint"
  expect_stored "$dir/bundle" "$bucket/web/1" aws-exec-read "${sent[@]}"
  if requests | grep web.part.1; then fail "it asked for what the listing has"; fi

  # The whole plan sends what the listing without MD5s could not tell, and nothing else.
  plan_script --bucket "$bucket/web/1" --tool "$tool"
  expect_status 0 sh "$dir/script" --endpoint "$endpoint"
  case $tool in
    s3cmd) expect_stored "$dir/bundle" "$bucket/web/1" aws-exec-read ;;
    aws) expect_stored "$dir/bundle" "$bucket/web/1" aws-exec-read web.part.0 ;;
  esac
  download "$bucket/web/1" "$dir/back"
  diff -r "$dir/bundle" "$dir/back" || fail "other bytes come back from $bucket"
done
