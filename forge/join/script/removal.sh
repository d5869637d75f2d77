# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh disable=SC2034,SC2154 # goes behind common.sh

usage() {
  cat <<USAGE
Usage: ${0##*/} [OPTION...]
Deregisters the images of $location with the aws CLI, then removes the bundle,
its manifest first. What is gone already is no error.

  --tool aws|s3cmd   the program that removes; else aws if it is installed
  --endpoint URL     the S3 server, if it is not Amazon's
  --deregistered     the images are deregistered already
USAGE
}

deregistered=no

own_option() {
  case $1 in
    --deregistered) deregistered=yes ;;
    *) return 1 ;;
  esac
}

prepare() {
  if [ $deregistered = yes ]; then return; fi
  command -v aws >/dev/null ||
    fail "aws is not installed: deregister the image by other means, then give --deregistered"
  images=$(eval "$find_command" </dev/null) || fail "cannot find out which images are registered from $location"
  for image in $images; do
    say "deregistering $image"
    answer=$(aws ec2 deregister-image --image-id="$image" ${region:+"--region=$region"} 2>&1 </dev/null) ||
      fail "deregistering $image: $answer"
  done
}

remove() { # KEY
  index=$((index + 1))
  say "[$index/$objects] removing: $1"
  answer=$("${tool}_remove" "$1" 2>&1 </dev/null) || fail "removing $1: $answer"
}

finish() { say "removed: $location"; }

aws_remove() { aws_s3api delete-object --key="$1"; }

s3cmd_remove() {
  # They would be a pattern, and remove more than this object.
  case $1 in *[*?]*) fail "s3cmd cannot remove a key with * or ? in it; use --tool aws" ;; esac
  s3cmd_run del "s3://$bucket/$1"
}

