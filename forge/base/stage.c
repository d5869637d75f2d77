/* SPDX-License-Identifier: Apache-2.0 */
/* A stopwatch over the calling thread's processor time. */
#include "forge/base/stage.h"

#include <time.h>

int64_t stage_clock(void)
{
    struct timespec time;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return time.tv_sec * INT64_C(1000000000) + time.tv_nsec;
}

void stage_lap(struct stage *stage, int64_t *since, int64_t bytes)
{
    int64_t now = stage_clock();
    stage->bytes += bytes;
    stage->cpu += now - *since;
    *since = now;
}

void stage_add(struct stage *to, const struct stage *from)
{
    to->bytes += from->bytes;
    to->cpu += from->cpu;
}
