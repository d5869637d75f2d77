# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Runs root's own shell on the devices that lead to forge, and prints its exit status. It stands behind
# end_others.sh.
# $1 is a directory of forge's. $2 is a terminal, $3 its type, $4 its rows, $5 its columns; without
# them there are three streams instead.
dir=$1 ports=/dev/virtio-ports/forge copies=

while IFS=: read -r name _ _ _ _ _ shell; do
  if [ "$name" = root ]; then break; fi
  shell=
done </etc/passwd
case ${shell##*/} in nologin | false) shell= ;; esac
for shell in "$shell" /bin/bash /bin/sh; do
  if [ -x "$shell" ]; then break; fi
done

# As for --install: packages of Debian's start no services.
policy=/usr/sbin/policy-rc.d forbid='#!/bin/sh
exit 101'
if [ -d /var/lib/dpkg ] && [ -d "${policy%/*}" ] && ! [ -e $policy ] && ! [ -L $policy ]; then
  printf '%s\n' "$forbid" >$policy
  chmod 0755 $policy
fi

on_terminal() {
  export TERM="$2" HISTFILE=
  unset DEBIAN_FRONTEND
  if ! command -v setsid >/dev/null; then setsid() { "$@"; }; fi
  # The leader of a new session gets the terminal that it opens first: Ctrl-C and jobs need that.
  # shellcheck disable=SC2016 # for the other shell
  setsid /bin/sh -c 'exec <"$0" >"$0" 2>&1; stty rows "$2" columns "$3"; exec "$1"' \
    "$1" "$shell" "$3" "$4"
}

# A port can be opened once only, while "/dev/stdout" may be opened again and again: pipes between.
on_streams() {
  mkfifo "$dir/in" "$dir/out" "$dir/err" || exit 1
  cat <$ports.in >"$dir/in" &
  cat <"$dir/out" >$ports.out &
  copies=$!
  cat <"$dir/err" >$ports.err &
  copies="$copies $!"
  "$shell" <"$dir/in" >"$dir/out" 2>"$dir/err"
}

if [ $# -gt 1 ]; then on_terminal "$2" "$3" "$4" "$5"; else on_streams; fi
status=$?
# shellcheck disable=SC2086 # words
end_others $copies
# shellcheck disable=SC2086 # words
wait $copies
if [ -f $policy ] && [ "$(cat $policy)" = "$forbid" ]; then rm -f $policy; fi
printf %s "$status"
