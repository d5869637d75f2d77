/* SPDX-License-Identifier: Apache-2.0 */
/* Ends a launch that makes no progress, and any appliance when a signal comes: libguestfs has no
 * time limits, but its calls return as soon as qemu is gone. */
#ifndef FORGE_FSIMAGE_GUEST_WATCHDOG_H
#define FORGE_FSIMAGE_GUEST_WATCHDOG_H

#include "forge/base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Seconds; 0 means no limit. */
struct watchdog_limits {
    int launch;  /* for the launch in all */
    int silence; /* without a byte on the console, once qemu runs */
    int banner;  /* from qemu's start to the kernel's first line */
};

enum watchdog_verdict {
    WATCHDOG_CONTENT,
    WATCHDOG_LAUNCH_TOO_LONG,
    WATCHDOG_SILENT,
    WATCHDOG_NO_BANNER,
    WATCHDOG_CANCELLED, /* by a signal */
};

struct watchdog;

/* Watch the launch that this thread is about to begin: every child that it starts from now on is
 * ended when a limit is passed. */
MUST_CHECK struct watchdog *watchdog_start(const struct watchdog_limits *limits,
                                           struct error **err);

/* LENGTH bytes of TEXT came from the console. */
void watchdog_console(struct watchdog *watchdog, const char *text, size_t length);

/* The appliance is up, its qemu is PID: no more limits, only signals end it. */
void watchdog_launched(struct watchdog *watchdog, pid_t pid);

/* End a launched appliance at once. */
void watchdog_kill(struct watchdog *watchdog);

enum watchdog_verdict watchdog_verdict(struct watchdog *watchdog);

/* Did the appliance's kernel say anything? */
bool watchdog_saw_banner(struct watchdog *watchdog);

/* The console's last lines; owned, "" when it said nothing. */
char *watchdog_console_tail(struct watchdog *watchdog);

/* Stop watching. Nothing is killed any more. */
void watchdog_stop(struct watchdog *watchdog);
DEFINE_CLEANUP(struct watchdog *, watchdog_stop)

#endif
