/* SPDX-License-Identifier: Apache-2.0 */
/* libguestfs's socket directories, which a killed run leaves in /tmp: noted, so that the next run
 * can remove exactly those. */
#ifndef FORGE_FSIMAGE_HOST_LEFTOVERS_H
#define FORGE_FSIMAGE_HOST_LEFTOVERS_H

#include <sys/types.h>

struct session_record;

/* Note the socket directory on the command line of the qemu PID; NULL when there is none, or when
 * it cannot be noted. */
struct session_record *session_record(pid_t qemu);

/* The session is over and its handle closed: remove the directory if it is still there. */
void session_forget(struct session_record *record);

/* Remove what sessions left that ended otherwise. */
void leftovers_sweep(void);

#endif
