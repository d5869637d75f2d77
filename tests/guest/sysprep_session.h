/* SPDX-License-Identifier: Apache-2.0 */
/* The session that the tests of sysprep share, what they plant in its guest, and what they look
 * for. */
#ifndef FORGE_TESTS_GUEST_SYSPREP_SESSION_H
#define FORGE_TESTS_GUEST_SYSPREP_SESSION_H

#include "fsimage/sysprep.h"
#include "tests/guest/phony_session.h"
#include "tests/unit/images.h"

/* The phony disk with a second partition of 32 MiB. */
static char *make_disk(void)
{
    AUTO_FREE char *fixture = phony_disk();
    char *disk = path_join(dir, "disk.raw");
    run("cp", fixture, disk);
    run("truncate", "-s", "+33M", disk);
    AUTO_FREE char *script =
        xasprintf("echo ',32M' | sfdisk -q --append --no-reread --no-tell-kernel '%s'", disk);
    run("sh", "-c", script);
    return disk;
}

static int open_sysprep_session(void **state)
{
    (void)state;
    dir = make_scratch();
    AUTO_FREE char *disk = make_disk();
    return open_session_on(disk);
}

#define guest_ok(call)                                                                             \
    do {                                                                                           \
        if ((call) != 0)                                                                           \
            fail_msg("%s: %s", #call, guestfs_last_error(g));                                      \
    } while (0)

static void plant(const char *path, const char *content)
{
    AUTO_FREE char *parent = path_dirname(path);
    guest_ok(guestfs_mkdir_p(g, parent));
    guest_ok(guestfs_write(g, path, content, strlen(content)));
}

static bool exists(const char *path)
{
    struct guestfs_statns *stat = guestfs_lstatns(g, path);
    if (stat)
        guestfs_free_statns(stat);
    return stat;
}

static bool tested[64]; /* by the operation's place in the table: it has changed something */

static void run_sysprep(const struct sysprep_plan *plan, const struct customize_plan *steps,
                        bool dry_run, struct sysprep_changes *changes)
{
    struct error *err = NULL;
    assert_ok(sysprep_run(plan, steps, dry_run, guest, NULL, changes, &err) == 0, err);
    for (size_t i = 0; !dry_run && i < changes->count; i++)
        tested[changes->items[i].op - sysprep_ops] = true;
}

static void sysprep(const char *list, bool dry_run, struct sysprep_changes *changes)
{
    struct error *err = NULL;
    struct sysprep_plan plan = { 0 };
    assert_ok(sysprep_plan_add(&plan, list, &err) == 0, err);
    run_sysprep(&plan, NULL, dry_run, changes);
}

static const struct sysprep_change *find_change(const struct sysprep_changes *changes,
                                                const char *path)
{
    for (size_t i = 0; i < changes->count; i++)
        if (strcmp(changes->items[i].path, path) == 0)
            return &changes->items[i];
    return NULL;
}

#endif
