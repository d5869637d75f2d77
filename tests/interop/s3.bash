# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Starts an S3 server on loopback and runs the scripts of forge plan against it.
#
# What Amazon's S3 has and the server has not is in s3_front.py, which also writes down each request.

# shellcheck source=tests/cli/common.bash
. "$FORGE_SOURCE/tests/cli/common.bash"

tools='s3cmd aws'
for program in $tools npm node python3 openssl setsid; do
  command -v "$program" >/dev/null || lacks "$program is not installed"
done
s3rver=$("$FORGE_SOURCE/fixtures/s3-server" "$FORGE_FIXTURES") || {
  [[ $? != 77 ]] || skip "npm's registry cannot be reached, or is not trusted, from here"
  lacks "npm cannot install the S3 server"
}

# The account that s3rver knows; nothing of the developer's own, and no way off this machine.
unset "${!AWS_@}" http_proxy https_proxy all_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY
# shellcheck disable=SC2154 # dir is from lib.sh
export HOME=$dir/home AWS_ACCESS_KEY_ID=S3RVER AWS_SECRET_ACCESS_KEY=S3RVER \
  AWS_DEFAULT_REGION=us-east-1 AWS_EC2_METADATA_DISABLED=true AWS_MAX_ATTEMPTS=1
mkdir "$dir/home"

# wait_for COMMAND...: until it succeeds, half a minute at most.
wait_for() {
  local i
  for ((i = 0; i < 600; i++)); do
    if "$@"; then return; fi
    sleep 0.05
  done
  fail "waited in vain: $*"
}

# start_s3: leaves its address in $endpoint, its requests in $front/log.
start_s3() {
  front=$dir/front
  mkdir "$front" "$dir/s3"
  touch "$front/log" "$front/server"
  node "$s3rver" -d "$dir/s3" -a 127.0.0.1 -p 0 >"$front/server" 2>&1 &
  on_exit "kill $!"
  wait_for grep -q '^S3rver listening on ' "$front/server"
  python3 "$FORGE_SOURCE/tests/interop/s3_front.py" \
    "$(sed -n 's/^S3rver listening on .*://p' "$front/server")" "$front" 2>"$front/errors" &
  on_exit "kill $!; cat $front/errors >&2"
  wait_for test -f "$front/port"
  endpoint=http://127.0.0.1:$(cat "$front/port")
}

s3cmd() { command s3cmd --no-ssl --host="${endpoint#*://}" --host-bucket="${endpoint#*://}" "$@"; }

# make_bucket NAME [OWNERSHIP]: by other means than the script; ACLs are enabled unless it is said.
make_bucket() {
  s3cmd mb --add-header="x-amz-object-ownership:${2-BucketOwnerPreferred}" "s3://$1" >/dev/null
}

# bundle_in FOLDER NAME PARTSIZE: of 1 MiB and a little; its manifest becomes $manifest.
bundle_in() {
  small_image "$dir/image" 1
  forge bundle -q "${signing[@]}" --arch x86_64 --part-size "$3" -d "$1" -p "$2" "$dir/image" >/dev/null
  manifest=$1/$2.manifest.xml
  rm "$dir/image"
}

# plan_script OPTION...: a script of forge plan for $manifest, in $dir/script.
plan_script() {
  forge plan -q "$manifest" --sh "$@" >"$dir/script"
  mark
}

# mark: what follows is about the requests from here on.
mark() { log_start=$(wc -l <"$front/log"); }
requests() { tail -n "+$((log_start + 1))" "$front/log"; }

# remarks: what s3_front.py remarked on the requests, a line each.
remarks() { requests | cut -f 9 | grep . || true; }

# stored: the objects that the server took, in order: KEY SIZE SHA-256 ACL MD5 TYPE.
stored() {
  requests | awk -F '\t' -v OFS='\t' '
    $1 == "PUT" && $3 == 200 && $2 ~ "^/[^/]+/.*[^/]$" {
      sub("^/", "", $2); print $2, $7, $8, $4, $5, $6
    }'
}

# expect_stored FOLDER BUCKET[/PREFIX] ACL NAME...: these files and no others, in this order.
expect_stored() {
  local folder=$1 place=$2 acl=$3 name
  shift 3
  for name; do
    printf '%s/%s\t%s\t%s\t%s\t%s\tapplication/octet-stream\n' "$place" "$name" \
      "$(stat -c %s "$folder/$name")" "$(sha256 "$folder/$name")" "$acl" \
      "$(openssl md5 -binary "$folder/$name" | base64)"
  done >"$dir/expected"
  stored >"$dir/stored"
  diff "$dir/expected" "$dir/stored" >&2 || fail "the server took other objects (>) than it should"
}

# listing BUCKET: its keys, sorted.
listing() { s3cmd ls --recursive "s3://$1" | sed "s,.*s3://$1/,," | sort; }

# download BUCKET[/PREFIX] FOLDER: everything below it.
download() {
  rm -rf "$2"
  mkdir "$2"
  s3cmd get --quiet --recursive "s3://$1/" "$2/"
}
