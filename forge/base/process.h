/* SPDX-License-Identifier: Apache-2.0 */
/* External programs, run by argument vector and never through a shell. */
#ifndef FORGE_BASE_PROCESS_H
#define FORGE_BASE_PROCESS_H

#include "forge/base/error.h"

#include <stdbool.h>
#include <sys/types.h>

/* Run ARGV (found in PATH) to its end with no standard input. OUTPUT, when not NULL, receives what
 * it printed on stdout (owned, at most 16 MiB, NUL-terminated). A program that cannot be started is
 * ERROR_HOST; one that fails is CAUSE with the last lines of its stderr in the message. STATUS,
 * when not NULL, receives the exit status and turns a failing exit into success. */
MUST_CHECK int process_run(const char *const argv[], enum error_cause cause, char **output,
                           int *status, struct error **err);

/* Start ARGV and return its pid, -1 on error; FDS[0..COUNT) become descriptors 3, 4, ... of the
 * child, announced to it by LISTEN_FDS and LISTEN_PID (socket activation). It dies with the thread
 * that starts it. stdin is /dev/null; stdout and stderr go to LOG_FD. */
MUST_CHECK pid_t process_start(const char *const argv[], const int fds[], size_t count, int log_fd,
                               struct error **err);

/* True when a program of that name is in PATH. */
bool process_exists(const char *name);

#endif
