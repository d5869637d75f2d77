/* SPDX-License-Identifier: Apache-2.0 */
/* Sysprep's run: search, apply what was found, search again. */
#include "fsimage/sysprep.h"
#include "forge/base/cancel.h"
#include "forge/base/log.h"
#include "fsimage/guest_private.h"
#include "fsimage/ops/guest_file.h"
#include "fsimage/sysprep/search.h"

#include <string.h>

enum { ROUNDS_MAX = 100 };

/* A service that a step has started could write again what is removed. libguestfs has no call that
 * ends it: the appliance's own shell does, by a fixed text. The processes of guest commands are
 * those whose root is the guest's; the mounts that libguestfs makes for a command stay with them.
 */
static int end_processes(struct guest *guest, struct error **err)
{
    static char command[] = "fuser -s -k /sysroot;"
                            " for d in dev/pts dev proc sys/fs/selinux sys; do"
                            " umount /sysroot/$d; done 2>/dev/null; true";
    char *const arguments[] = { command, NULL };
    AUTO_FREE char *output = guestfs_debug(guest_handle(guest), "sh", arguments);
    return output ? 0 : guest_error(guest, err, "ending the processes that steps left behind");
}

/* -- applying -- */

static int apply_edit(const struct sysprep_change *change, struct guest *guest, struct error **err)
{
    if (!change->rule)
        return guest_file_write(guest, change->path, change->text, strlen(change->text), err);
    size_t length; /* another operation may have changed it in the meantime */
    AUTO_FREE char *text = guest_file_read(guest, change->path, &length, err);
    if (!text)
        return -1;
    AUTO_FREE char *edited = sysprep_drop_lines(text, change->rule->lines);
    return edited ? guest_file_write(guest, change->path, edited, strlen(edited), err) : 0;
}

static int apply(const struct sysprep_change *change, struct guest *guest, struct error **err)
{
    guestfs_h *g = guest_handle(guest);
    AUTO_FREE char *shown = guest_printable(change->path);
    log_debug("sysprep %s: %s %s", change->op->name, sysprep_action_name(change->action), shown);
    int failed = 0;
    switch (change->action) {
    case SYSPREP_REMOVE:
        failed = guestfs_rm_rf(g, change->path);
        break;
    case SYSPREP_EMPTY:
        failed = guestfs_truncate(g, change->path);
        break;
    case SYSPREP_EDIT:
        return apply_edit(change, guest, err);
    case SYSPREP_CREATE:
        failed = guestfs_touch(g, change->path);
        break;
    case SYSPREP_KEEP:
    case SYSPREP_NEW_UUID:
        break;
    }
    return failed ? guest_error(guest, err, "%s %s", sysprep_action_name(change->action), shown)
                  : 0;
}

static int apply_all(const struct sysprep_changes *changes, struct guest *guest, struct error **err)
{
    for (size_t i = 0; i < changes->count; i++) {
        const struct sysprep_change *change = &changes->items[i];
        if (cancel_check(err))
            return -1;
        if (apply(change, guest, err))
            return error_wrap(err, "sysprep %s", change->op->name);
    }
    return 0;
}

/* -- rounds -- */

/* What was removed must be gone. */
static int refuse_what_is_back(const struct sysprep_changes *found, struct error **err)
{
    const struct sysprep_change *change = &found->items[0];
    AUTO_FREE char *shown = guest_printable(change->path);
    return error_set(err, ERROR_GUEST, "sysprep %s: %s is there again after it was dealt with (%s)",
                     change->op->name, shown, sysprep_action_name(change->action));
}

/* Append FROM, which is empty afterwards, as far as there is room. */
static void take(struct sysprep_changes *all, struct sysprep_changes *from)
{
    if (!all->count) {
        size_t more = all->more;
        *all = *from;
        all->more += more;
        *from = (struct sysprep_changes){ 0 };
        return;
    }
    all->items = xrealloc(all->items, all->count + from->count, sizeof(*all->items));
    size_t moved = 0;
    for (; moved < from->count && all->count < SYSPREP_LISTED_MAX; moved++) {
        all->items[all->count++] = from->items[moved];
        from->items[moved] = (struct sysprep_change){ 0 };
    }
    all->more += from->count - moved;
    sysprep_changes_clear(from);
}

/* One search; when FOUND has more than is listed, another has to follow. */
static int search_once(const struct sysprep_plan *plan, const struct customize_plan *steps,
                       struct guest *guest, struct sysprep_changes *found, struct error **err)
{
    struct sysprep_search search = { .guest = guest, .plan = plan, .steps = steps, .found = found };
    int result = sysprep_search_run(&search, err);
    sysprep_search_clear(&search);
    return result;
}

static int apply_until_clean(const struct sysprep_plan *plan, const struct customize_plan *steps,
                             struct guest *guest, struct sysprep_changes *changes,
                             struct error **err)
{
    bool incomplete = true;
    for (int round = 0; round < ROUNDS_MAX; round++) {
        AUTO_CHANGES struct sysprep_changes found = { 0 };
        if (search_once(plan, steps, guest, &found, err))
            return -1;
        if (!found.count)
            return 0;
        if (!incomplete)
            return refuse_what_is_back(&found, err);
        if (apply_all(&found, guest, err))
            return -1;
        incomplete = found.more;
        found.more = 0; /* the next round finds these */
        take(changes, &found);
    }
    return error_set(err, ERROR_GUEST, "sysprep: there is no end to what it finds");
}

/* What lies beneath the files, when they are as they are to be. */
static int finish(const struct sysprep_plan *plan, bool dry_run, struct guest *guest,
                  struct sysprep_changes *changes, struct error **err)
{
    AUTO_CHANGES struct sysprep_changes found = { 0 };
    struct sysprep_search search = { .guest = guest, .plan = plan, .found = &found };
    for (size_t i = 0; i < sysprep_op_count; i++) {
        search.op = &sysprep_ops[i];
        if (search.op->finish && sysprep_plan_has(plan, search.op) &&
            search.op->finish(&search, dry_run, err))
            return error_wrap(err, "sysprep %s", search.op->name);
    }
    take(changes, &found);
    return 0;
}

int sysprep_run(const struct sysprep_plan *plan, const struct customize_plan *steps, bool dry_run,
                struct guest *guest, struct progress *progress, struct sysprep_changes *changes,
                struct error **err)
{
    if (!plan->enabled)
        return 0;
    progress_begin(progress, "sysprep", 0);
    if (guest->run_dir && end_processes(guest, err))
        return -1;
    if (guest_run_finish(guest, err) ||
        (dry_run ? search_once(plan, steps, guest, changes, err)
                 : apply_until_clean(plan, steps, guest, changes, err)) ||
        finish(plan, dry_run, guest, changes, err))
        return -1;
    progress_end(progress);
    return 0;
}
