/* SPDX-License-Identifier: Apache-2.0 */
/* The same work for many indexes, on as many processors as this process may use. */
#ifndef FORGE_BASE_PARALLEL_H
#define FORGE_BASE_PARALLEL_H

#include <stdbool.h>
#include <stddef.h>

/* RUN(OPAQUE, INDEX, BUFFER, ON_CALLER) for every INDEX below COUNT, each once. Threads take the
 * next index when they are done with one, so an index and all that belongs to it are one thread's.
 * The calling thread takes part and knows itself by ON_CALLER: only it may report progress. BUFFER
 * is the thread's own, of BUFFER_SIZE bytes. After a signal no new index is begun. */
void parallel_run(size_t count, size_t buffer_size,
                  void (*run)(void *opaque, size_t index, void *buffer, bool on_caller),
                  void *opaque);

#endif
