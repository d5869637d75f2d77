/* SPDX-License-Identifier: Apache-2.0 */
/* How much processor time the stages of a pipeline take. */
#ifndef FORGE_BASE_STAGE_H
#define FORGE_BASE_STAGE_H

#include <stdint.h>

/* What one stage did; {0} is nothing yet. */
struct stage {
    int64_t bytes; /* that went into it */
    int64_t cpu;   /* nanoseconds of processor time */
};

/* A thread's own processor time, in nanoseconds. */
int64_t stage_clock(void);

/* STAGE took what passed since *SINCE, for BYTES; the next one begins now. */
void stage_lap(struct stage *stage, int64_t *since, int64_t bytes);

void stage_add(struct stage *to, const struct stage *from);

#endif
