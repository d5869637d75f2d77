/* SPDX-License-Identifier: Apache-2.0 */
/* How many processors this process may really use. */
#ifndef FORGE_BASE_CPU_H
#define FORGE_BASE_CPU_H

/* More threads of one kind than this only cost memory: one reader cannot feed them. */
enum { CPU_THREADS_MAX = 64 };

/* The smaller of the CPU affinity and the cgroup's quota (rounded up), at least 1. */
unsigned cpu_count(void);

#endif
