/* SPDX-License-Identifier: Apache-2.0 */
/* A layer that hands what goes down to a thread of its own. */
#ifndef FORGE_MANIFEST_SINK_THREAD_H
#define FORGE_MANIFEST_SINK_THREAD_H

#include "forge/base/sink.h"

#include <stdint.h>

/* Who writes here goes on at once, as long as memory for a few pieces lasts, while a thread writes
 * to BELOW (borrowed, that thread's until finish or close). An error of BELOW comes back from a
 * later write, or from finish, which waits for the thread and then finishes BELOW. */
MUST_CHECK struct sink *sink_thread_new(struct sink *below, struct error **err);

/* How long writers had to wait for the thread, and the thread for them, in nanoseconds. */
void sink_thread_waits(struct sink *sink, int64_t *writers, int64_t *thread);

#endif
