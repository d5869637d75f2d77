/* SPDX-License-Identifier: Apache-2.0 */
/* SIGINT, SIGTERM and SIGHUP become an ordinary error that every long loop polls for. */
#ifndef FORGE_BASE_CANCEL_H
#define FORGE_BASE_CANCEL_H

#include "forge/base/error.h"

#include <stdbool.h>

/* Install the handlers and the thread that runs hooks; once, from main(). */
MUST_CHECK int cancel_start(struct error **err);

/* The signal that asked us to stop, or 0. */
int cancel_signal(void);

/* -1 and ERROR_INTERRUPTED once a signal came, else 0. */
MUST_CHECK int cancel_check(struct error **err);

/* HOOK(OPAQUE) runs on the signal thread when a signal comes: it ends what a flag cannot reach,
 * such as a blocking library call. One that is added too late runs at once. */
struct cancel_hook {
    void (*run)(void *opaque);
    void *opaque;
    struct cancel_hook *next; /* owned by cancel.c */
};
void cancel_hook_add(struct cancel_hook *hook);
void cancel_hook_remove(struct cancel_hook *hook); /* waits for a run in progress */

#endif
