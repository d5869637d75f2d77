/* SPDX-License-Identifier: Apache-2.0 */
/* libguestfs's trace as log lines, without what the calls carry in and out of files. */
#ifndef FORGE_FSIMAGE_GUEST_GUEST_TRACE_H
#define FORGE_FSIMAGE_GUEST_GUEST_TRACE_H

#include <guestfs.h>

/* Log the calls on HANDLE from now on. */
void guest_trace_start(guestfs_h *handle);

/* LINE ("write \"/etc/shadow\" \"root:...\"") with contents cut out; owned. */
char *guest_trace_redact(const char *line);

#endif
