# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh disable=SC2034,SC2154 # goes behind common.sh

usage() {
  cat <<USAGE
Usage: ${0##*/} [OPTION...]
Uploads a bundle to $location; what the server has already, in size and MD5, is
not sent again. The manifest goes last.

  --tool aws|s3cmd   the program that sends; else aws if it is installed
  --endpoint URL     the S3 server, if it is not Amazon's
  --source DIR       where the files lie, if they were moved
  --register         register the image afterwards, with the aws CLI
USAGE
}

register=no

own_option() {
  case $1 in
    --source)
      take_value "$@"
      case $value in /*) ;; *) value=$PWD/$value ;; esac
      parts=$value manifests=$value
      ;;
    --register) register=yes ;;
    *) return 1 ;;
  esac
}

acls_disabled="ACLs are disabled in the bucket $bucket (its object ownership is BucketOwnerEnforced), \
but the objects need the ACL $acl; enable them: aws s3api put-bucket-ownership-controls \
--bucket=$bucket --ownership-controls='Rules=[{ObjectOwnership=BucketOwnerPreferred}]'"

prepare() {
  if [ $register = yes ]; then
    command -v aws >/dev/null || fail "aws, which --register needs, is not installed"
  fi
  if ! answer=$("${tool}_find_bucket" 2>&1 </dev/null); then
    case $create_bucket:$answer in
      yes:*404* | yes:*NoSuchBucket*) make_bucket ;;
      *) fail "the bucket $bucket is not there or not ours: $answer" ;;
    esac
  fi
  # Who may not ask, or gets no answer, learns it from the first object.
  answer=$("${tool}_ownership" 2>&1 </dev/null) || answer=
  if [ "$answer" = BucketOwnerEnforced ]; then fail "$acls_disabled"; fi
}

make_bucket() {
  say "making the bucket $bucket"
  answer=$("${tool}_make_bucket" 2>&1 </dev/null) || fail "making the bucket $bucket: $answer"
}

upload() { # KEY FILE SIZE MD5 CONTENT-MD5
  index=$((index + 1))
  if "${tool}_has" "$1" "$3" "$4" </dev/null; then
    say "[$index/$objects] there already: $1"
    return
  fi
  say "[$index/$objects] sending: $1"
  answer=$("${tool}_put" "$1" "$2" "$5" 2>&1 </dev/null) && return
  case $answer in
    *AccessControlListNotSupported*) fail "$acls_disabled" ;;
    *) fail "sending $1: $answer" ;;
  esac
}

finish() {
  say "uploaded: $location"
  if [ $register = yes ]; then
    eval "$register_command" </dev/null || fail "the objects are there, but $location is not registered"
  else
    say "to register it: $register_command"
  fi
}

aws_find_bucket() { aws_s3api head-bucket; }

aws_make_bucket() {
  case $region in
    '' | us-east-1) set -- ;;
    *) set -- "--create-bucket-configuration=LocationConstraint=$region" ;;
  esac
  aws_s3api create-bucket --object-ownership=BucketOwnerPreferred "$@"
}

aws_ownership() {
  aws_s3api get-bucket-ownership-controls --output=text \
    --query='OwnershipControls.Rules[0].ObjectOwnership'
}

aws_has() { # KEY SIZE MD5
  answer=$(aws_s3api head-object --key="$1" --output=text --query='[ContentLength,ETag]' 2>&1) || return 1
  [ "$answer" = "$(printf '%s\t"%s"' "$2" "$3")" ]
}

# The aws CLI would expand variables in the file's name.
aws_put() { # KEY FILE CONTENT-MD5
  aws_s3api put-object --key="$1" --body=/dev/stdin --acl="$acl" --content-md5="$3" \
    --content-type=application/octet-stream <"$2"
}

s3cmd_find_bucket() { s3cmd_run ls --limit=1 "s3://$bucket"; }

s3cmd_make_bucket() {
  s3cmd_run mb --add-header=x-amz-object-ownership:BucketOwnerPreferred "s3://$bucket"
}

s3cmd_ownership() { :; } # it cannot ask

s3cmd_has() { # KEY SIZE MD5
  s3cmd_run ls --list-md5 "s3://$bucket/$1" 2>/dev/null | uri="s3://$bucket/$1" size=$2 md5=$3 awk '
    $3 == ENVIRON["size"] && $4 "" == ENVIRON["md5"] &&
      substr($0, length($0) - length(ENVIRON["uri"]) + 1) == ENVIRON["uri"] { found = 1 }
    END { exit !found }'
}

# In one piece, so that the ETag is the MD5; without the headers in which s3cmd keeps local names.
s3cmd_put() { # KEY FILE CONTENT-MD5
  s3cmd_run put --disable-multipart --no-preserve --no-mime-magic \
    --mime-type=application/octet-stream --add-header="x-amz-acl:$acl" \
    --add-header="Content-MD5:$3" "$2" "s3://$bucket/$1"
}

