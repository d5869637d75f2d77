/* SPDX-License-Identifier: Apache-2.0 */
/* Checks of the host itself: virtualization, memory, room; and the launch, which proves it. */
#include "forge/base/cancel.h"
#include "forge/base/memory.h"
#include "forge/base/strings.h"
#include "forge/base/workdir.h"
#include "fsimage/doctor/doctor_private.h"
#include "fsimage/guest/launch.h"
#include "fsimage/host/accel.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>

static const int64_t qemu_overhead = 128 << 20; /* beside the appliance's memory, measured */
static const int64_t tmp_wanted = 1LL << 30, appliance_size = 450 << 20;

void check_kvm(const struct visit *visit, struct finding *finding)
{
    (void)visit;
    enum kvm_state state = accel_kvm_state();
    AUTO_FREE char *message = xstrdup(accel_kvm_text(state));
    if (state == KVM_WORKS) {
        finding_set(finding, FINDING_OK, STEAL(message), NULL);
        return;
    }
    AUTO_FREE char *slow = xasprintf("%s: software emulation is used, which is slower", message);
    finding_set(finding, FINDING_WARNING, STEAL(slow),
                state == KVM_INACCESSIBLE ? xstrdup("add this user to the group of /dev/kvm")
                                          : NULL);
}

/* The number in the first line of PATH; INT64_MAX when there is none ("max"), or no file. */
static int64_t read_number(const char *path)
{
    char line[64] = "";
    int64_t value = INT64_MAX;
    FILE *file = fopen(path, "re");
    if (file && fgets(line, sizeof(line), file))
        line[strcspn(line, "\n")] = '\0';
    if (file)
        fclose(file);
    return parse_integer(line, 0, INT64_MAX, &value) ? value : INT64_MAX;
}

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* The least limit from our cgroup up to the root; a container may see its own as the root. */
static int64_t limit_along(const char *mount, const char *group, const char *file)
{
    AUTO_FREE char *path = xstrdup(group);
    int64_t limit = INT64_MAX;
    for (;;) {
        AUTO_FREE char *name = xasprintf("%s%s/%s", mount, path, file);
        limit = smaller(limit, read_number(name));
        char *slash = strrchr(path, '/');
        if (!slash)
            return limit;
        *slash = '\0';
    }
}

static int64_t memory_limit(void)
{
    int64_t limit = INT64_MAX;
    AUTO_FREE char *line = NULL;
    size_t room = 0;
    FILE *file = fopen("/proc/self/cgroup", "re");
    while (file && getline(&line, &room, file) > 0) {
        line[strcspn(line, "\n")] = '\0';
        char *controllers = strchr(line, ':'),
             *group = controllers ? strchr(controllers + 1, ':') : NULL;
        if (!group)
            continue;
        *group++ = '\0';
        if (strcmp(controllers, ":") == 0)
            limit = smaller(limit, limit_along("/sys/fs/cgroup", group, "memory.max"));
        else if (strcmp(controllers, ":memory") == 0)
            limit = smaller(limit,
                            limit_along("/sys/fs/cgroup/memory", group, "memory.limit_in_bytes"));
    }
    if (file)
        fclose(file);
    return limit;
}

static int64_t memory_available(void)
{
    int64_t available = INT64_MAX;
    long long kib;
    char line[128];
    FILE *file = fopen("/proc/meminfo", "re");
    while (file && fgets(line, sizeof(line), file)) {
        if (sscanf(line, "MemAvailable: %lld kB", &kib) == 1)
            available = kib * 1024;
    }
    if (file)
        fclose(file);
    return available;
}

/* Bytes of memory that the appliance gets. */
static int64_t appliance_memory(const struct visit *visit)
{
    int64_t mib = visit->options->memsize;
    guestfs_h *handle = mib ? NULL : guestfs_create_flags(0);
    if (handle) {
        mib = guestfs_get_memsize(handle);
        guestfs_close(handle);
    }
    return mib << 20;
}

void check_memory(const struct visit *visit, struct finding *finding)
{
    int64_t needed = appliance_memory(visit) + qemu_overhead;
    int64_t limit = memory_limit(), available = memory_available();
    AUTO_FREE char *need_text = format_size(needed);
    if (limit < needed) {
        AUTO_FREE char *limit_text = format_size(limit);
        finding_set(finding, FINDING_PROBLEM,
                    xasprintf("the appliance takes about %s, this control group may use %s",
                              need_text, limit_text),
                    xstrdup("raise the limit (docker run --memory), or give the appliance less "
                            "(--memsize)"));
        return;
    }
    AUTO_FREE char *available_text = format_size(available);
    bool tight = available < needed;
    finding_set(
        finding, tight ? FINDING_WARNING : FINDING_OK,
        xasprintf("the appliance takes about %s, %s are available", need_text, available_text),
        tight ? xstrdup("end other programs, or give the appliance less (--memsize)") : NULL);
}

static void check_room(const char *dir, int64_t wanted, const char *remedy, struct finding *finding)
{
    struct statvfs space;
    int64_t room;
    if (statvfs(dir, &space) || access(dir, W_OK | X_OK)) {
        finding_set(finding, FINDING_PROBLEM, xasprintf("%s: %s", dir, strerror(errno)),
                    xstrdup(remedy));
        return;
    }
    if (__builtin_mul_overflow(space.f_bavail, space.f_frsize, &room))
        room = INT64_MAX;
    AUTO_FREE char *room_text = format_size(room);
    AUTO_FREE char *wanted_text = format_size(wanted);
    if (room < wanted)
        finding_set(finding, FINDING_WARNING,
                    xasprintf("%s: %s free, %s are advisable", dir, room_text, wanted_text),
                    xstrdup(remedy));
    else
        finding_set(finding, FINDING_OK, xasprintf("%s: %s free", dir, room_text), NULL);
}

void check_tmpdir(const struct visit *visit, struct finding *finding)
{
    check_room(temporary_parent(visit->tmpdir), tmp_wanted,
               "choose another directory with --tmpdir or TMPDIR", finding);
}

void check_cache(const struct visit *visit, struct finding *finding)
{
    guestfs_h *handle = visit->appliance ? NULL : guestfs_create_flags(0);
    if (!handle) {
        finding_set(finding, FINDING_OK, xstrdup("not needed with a fixed appliance"), NULL);
        return;
    }
    AUTO_FREE char *dir = guestfs_get_cachedir(handle);
    guestfs_close(handle);
    AUTO_FREE char *kept = xasprintf("%s/.guestfs-%u/appliance.d/root", dir, (unsigned)geteuid());
    int64_t wanted = access(kept, F_OK) == 0 ? 0 : appliance_size;
    check_room(dir, wanted, "choose another directory with LIBGUESTFS_CACHEDIR", finding);
}

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

void check_launch(const struct visit *visit, struct finding *finding)
{
    struct error *failed = NULL;
    double begun = now();
    AUTO(launch_close)
    struct launch *launch = launch_start(NULL, GUEST_READ_WRITE, visit->options, &failed);
    if (launch && launch_shutdown(launch, &failed) == 0) {
        finding_set(finding, FINDING_OK, xasprintf("works, in %.0f seconds", now() - begun), NULL);
        return;
    }
    finding_set(finding, FINDING_PROBLEM, STEAL(failed->message),
                xstrdup("see to the problems above; then -v and -x show more"));
    error_free(failed);
}
