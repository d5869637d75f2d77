/* SPDX-License-Identifier: Apache-2.0 */
/* Processors: affinity, and the quota of the cgroup (version 2 or 1). */
#include "forge/base/cpu.h"
#include "forge/base/memory.h"

#include <sched.h>
#include <stdio.h>

static unsigned affinity(void)
{
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof(set), &set) == 0)
        return (unsigned)CPU_COUNT(&set);
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    return online > 0 ? (unsigned)online : 1;
}

/* The first line of PATH holding two numbers, or one; false when it holds none ("max"). */
static int read_numbers(const char *path, long long *first, long long *second)
{
    FILE *file = fopen(path, "re");
    if (!file)
        return 0;
    int count = fscanf(file, "%lld %lld", first, second);
    fclose(file);
    return count > 0 ? count : 0;
}

/* cgroups(7); inside a container its own group is mounted at the root. */
static unsigned quota(void)
{
    long long allowed = 0, period = 0;
    if (read_numbers("/sys/fs/cgroup/cpu.max", &allowed, &period) != 2) {
        long long ignored;
        if (!read_numbers("/sys/fs/cgroup/cpu/cpu.cfs_quota_us", &allowed, &ignored) ||
            !read_numbers("/sys/fs/cgroup/cpu/cpu.cfs_period_us", &period, &ignored))
            return 0;
    }
    if (allowed <= 0 || period <= 0)
        return 0;
    return (unsigned)((allowed + period - 1) / period);
}

unsigned cpu_count(void)
{
    unsigned count = affinity(), limit = quota();
    if (limit && limit < count)
        count = limit;
    return count ? count : 1;
}
