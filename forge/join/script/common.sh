# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh disable=SC2034,SC2154 # a part of a script that forge plan makes
say() { printf '%s\n' "$*"; }

fail() {
  printf '%s: %s\n' "${0##*/}" "$*" >&2
  exit 1
}

endpoint=

# Takes the options, finds the tool, and does what comes before the first object.
begin() {
  while [ $# -gt 0 ]; do
    taken=1
    case $1 in
      -h | --help) usage && exit 0 ;;
      --tool) take_value "$@" && tool=$value ;;
      --endpoint) take_value "$@" && endpoint=$value ;;
      *) own_option "$@" || fail "unknown option $1 (--help tells them)" ;;
    esac
    shift "$taken"
  done
  choose_tool
  index=0
  prepare
}

take_value() { # OPTION VALUE...
  [ $# -gt 1 ] || fail "$1 needs a value"
  value=$2
  taken=2
}

choose_tool() {
  if [ "$tool" = auto ]; then
    tool=aws
    command -v aws >/dev/null || tool=s3cmd
  fi
  case $tool in
    aws | s3cmd) command -v "$tool" >/dev/null || fail "$tool is not installed" ;;
    *) fail "--tool takes aws or s3cmd, not $tool" ;;
  esac
  # No pager, and no checksum trailers, which servers other than Amazon's may not know.
  export AWS_PAGER='' AWS_REQUEST_CHECKSUM_CALCULATION=when_required
}

# Each function of a tool is called TOOL_NAME, and reads /dev/null: standard input may be this script.

aws_s3api() { # OPERATION OPTION...
  operation=$1
  shift
  aws s3api "$operation" --bucket="$bucket" ${region:+"--region=$region"} \
    ${endpoint:+"--endpoint-url=$endpoint"} "$@"
}

s3cmd_run() { # COMMAND AND ARGUMENTS
  case $endpoint in
    '') ;;
    http://*) set -- --no-ssl "$@" ;;
    *) set -- --ssl "$@" ;;
  esac
  host=${endpoint#*://}
  s3cmd --no-progress --encoding=UTF-8 ${region:+"--region=$region"} \
    ${host:+"--host=${host%/}"} ${host:+"--host-bucket=${host%/}"} "$@"
}
