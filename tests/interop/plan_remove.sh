#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# plan's scripts register and deregister the image; the way back removes the bundle's objects alone.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/interop/s3.bash
. "$(dirname "$0")/s3.bash"
start_s3

# The aws CLI sends EC2's requests to the stub; older versions have no variable that says so.
mkdir "$dir/bin"
cat >"$dir/bin/aws" <<WRAPPER
#!/bin/sh
if [ "\$1" = ec2 ]; then set -- "\$@" --endpoint-url=$endpoint; fi
exec $(command -v aws) "\$@"
WRAPPER
chmod +x "$dir/bin/aws"

ec2_answer() { # ACTION CONTENT
  local answer=${1}Response
  echo "<$answer xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\"><requestId>1</requestId>$2</$answer>" \
    >"$front/ec2-$1.xml"
}

bundle_in "$dir/bundle" web 512K
others=$'images/web.part.10\nweb.part.0' # they are not the bundle's, and stay
deletions() { requests | awk -F '\t' '$1 == "DELETE" && $3 == 204 { print $2 }'; }
expect_removed() { # BUCKET
  printf "/$1/images/web.%s\n" manifest.xml part.0 part.1 part.2 | diff - <(deletions) ||
    fail "other objects (>) were removed, or in another order"
  [[ $(listing "$1") == "$others" ]] || fail "what is left in $1: $(listing "$1")"
}

PATH=$dir/bin:$PATH

# There: registered once all is there.
make_bucket shelf
plan_script --bucket shelf/images --tool s3cmd
expect_status 1 sh "$dir/script" --endpoint "$endpoint" --register
expect_err "^script: the objects are there, but shelf/images/web.manifest.xml is not registered"
mark
ec2_answer RegisterImage '<imageId>ami-00000001</imageId>'
expect_status 0 sh "$dir/script" --endpoint "$endpoint" --register
expect_out ami-00000001
[[ $(remarks) == 'Action=RegisterImage ImageLocation=shelf/images/web.manifest.xml Name=web VirtualizationType=hvm' ]] ||
  fail "EC2 was asked for: $(remarks)"
[[ $(requests | tail -n 1) == $'POST\t/'* ]] || fail "the image was registered too early"

# Back: not before EC2 has let go of it.
plan_script --bucket shelf/images --delete
expect_status 1 sh "$dir/script" --endpoint "$endpoint"
expect_err '^script: cannot find out which images are registered from shelf/images/web.manifest.xml'
ec2_answer DescribeImages '<imagesSet><item><imageId>ami-00000001</imageId></item>
  <item><imageId>ami-00000002</imageId></item></imagesSet>'
expect_status 1 sh "$dir/script" --endpoint "$endpoint"
expect_err '^script: deregistering ami-00000001: '
[[ -z $(deletions) ]] || fail "objects of a registered image were removed"
ec2_answer DeregisterImage '<return>true</return>'

for tool in $tools; do
  bucket=images-$tool
  make_bucket "$bucket"
  s3cmd put --quiet "$dir"/bundle/* "s3://$bucket/images/"
  for key in $others; do s3cmd put --quiet "$0" "s3://$bucket/$key"; done

  plan_script --bucket "$bucket/images" --tool "$tool" --delete
  expect_status 0 sh "$dir/script" --endpoint "$endpoint"
  remarks >"$dir/asked"
  diff - "$dir/asked" <<ASKED || fail "EC2 was asked for something else (>)"
Action=DescribeImages Filter.1.Name=manifest-location Filter.1.Value.1=$bucket/images/web.manifest.xml Owner.1=self
Action=DeregisterImage ImageId=ami-00000001
Action=DeregisterImage ImageId=ami-00000002
ASKED
  expect_removed "$bucket"

  # Again: what is gone is no error.
  mark
  expect_status 0 sh "$dir/script" --endpoint "$endpoint" --deregistered
  [[ -z $(remarks) ]] || fail "EC2 was asked: $(remarks)"
  [[ $(listing "$bucket") == "$others" ]] || fail "what is left in $bucket: $(listing "$bucket")"
done

# Where the aws CLI is not, somebody else has to deregister.
mkdir "$dir/few"
for program in sh awk s3cmd; do ln -s "$(type -P "$program")" "$dir/few"; done
s3cmd put --quiet "$dir"/bundle/* "s3://$bucket/images/"
plan_script --bucket "$bucket/images" --delete
expect_status 1 env PATH="$dir/few" sh "$dir/script" --endpoint "$endpoint"
expect_err '^script: aws is not installed: deregister the image by other means, then give --deregistered$'
expect_status 0 env PATH="$dir/few" sh "$dir/script" --endpoint "$endpoint" --deregistered
expect_removed "$bucket"
