/* SPDX-License-Identifier: Apache-2.0 */
/* Threads that share one counter: each takes the next index until there are no more. */
#include "forge/base/parallel.h"
#include "forge/base/cancel.h"
#include "forge/base/cpu.h"
#include "forge/base/memory.h"

#include <pthread.h>
#include <stdatomic.h>

struct shared {
    size_t count, buffer_size;
    atomic_size_t next; /* the first index nobody took */
    void (*run)(void *opaque, size_t index, void *buffer, bool on_caller);
    void *opaque;
};

static void take_indexes(struct shared *shared, bool on_caller)
{
    AUTO_FREE void *buffer = xcalloc(1, shared->buffer_size);
    while (!cancel_signal()) {
        size_t index = atomic_fetch_add(&shared->next, 1);
        if (index >= shared->count)
            return;
        shared->run(shared->opaque, index, buffer, on_caller);
    }
}

static void *run_helper(void *opaque)
{
    take_indexes(opaque, false);
    return NULL;
}

void parallel_run(size_t count, size_t buffer_size,
                  void (*run)(void *opaque, size_t index, void *buffer, bool on_caller),
                  void *opaque)
{
    struct shared shared = {
        .count = count, .buffer_size = buffer_size, .run = run, .opaque = opaque
    };
    pthread_t helpers[CPU_THREADS_MAX];
    size_t wanted = cpu_count(), started = 0;
    if (wanted > CPU_THREADS_MAX)
        wanted = CPU_THREADS_MAX;
    /* A thread that cannot be had leaves more to the others. */
    while (started + 1 < wanted && started + 1 < count &&
           pthread_create(&helpers[started], NULL, run_helper, &shared) == 0)
        started++;
    take_indexes(&shared, true);
    for (size_t i = 0; i < started; i++)
        pthread_join(helpers[i], NULL);
}
