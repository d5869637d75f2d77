# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh disable=SC3013 # -ef: every shell that a guest may have knows it
# end_others PID...: kills what a command in the guest left running, which would keep its file systems
# busy: all that has its root there, but for this shell and the PIDs.
end_others() {
  for _ in 1 2 3 4 5; do
    found=
    for process in /proc/[0-9]*; do
      case " $$ $PPID $* " in *" ${process##*/} "*) continue ;; esac
      if [ "$process/root" -ef / ] && kill -9 "${process##*/}"; then found=yes; fi
    done 2>/dev/null
    if [ -z "$found" ]; then break; fi
  done
}
