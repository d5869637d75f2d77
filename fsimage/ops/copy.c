/* SPDX-License-Identifier: Apache-2.0 */
/* --copy SOURCE:DEST, --move SOURCE:DEST: files and directories within the guest. */
#include "fsimage/guest/guest_file.h"
#include "fsimage/ops/ops.h"
#include "fsimage/ops/permissions.h"

#include <errno.h>
#include <string.h>

/* cp and mv run outside the guest's root directory, so they never meet a link of the guest's at the
 * place that they write to: what is there and is no directory goes first. */

int check_copy(struct customize_step *step, struct error **err)
{
    return guest_path_check(step->first, err) || guest_path_check(step->second, err) ? -1 : 0;
}

/* The place of a copy of SOURCE, as cp(1) finds it: within DEST when that is a directory. Owned. */
static char *target_of(struct guest *guest, const char *source, const char *dest,
                       struct error **err)
{
    int is_directory = guest_file_is_directory(guest, dest, err);
    if (is_directory < 0)
        return NULL;
    AUTO_FREE char *within = is_directory ? path_join(dest, path_basename(source)) : NULL;
    return guest_file_resolve(guest, within ? within : dest, err);
}

/* 1 for a directory, links not followed. */
static int is_real_directory(struct guest *guest, const char *path, struct error **err)
{
    int is_directory = guestfs_is_dir(guest_handle(guest), path);
    return is_directory < 0 ? guest_error(guest, err, "%s", path) : is_directory;
}

static int make_way(struct guest *guest, const char *path, struct error **err)
{
    if (guestfs_rm_f(guest_handle(guest), path))
        return guest_error(guest, err, "replacing %s", path);
    return 0;
}

static int copy(struct guest *guest, const struct customize_step *step, const char *source,
                const char *target, struct error **err);

/* What is in the directory SOURCE goes into the directory TARGET, which stays what it is. */
static int merge(struct guest *guest, const struct customize_step *step, const char *source,
                 const char *target, struct error **err)
{
    AUTO(guest_strings_free) char **names = guestfs_ls(guest_handle(guest), source);
    if (!names)
        return guest_error(guest, err, "%s", source);
    for (char **name = names; *name; name++) {
        AUTO_FREE char *from = path_join(source, *name);
        AUTO_FREE char *to = path_join(target, *name);
        if (copy(guest, step, from, to, err))
            return -1;
    }
    return 0;
}

static int copy(struct guest *guest, const struct customize_step *step, const char *source,
                const char *target, struct error **err)
{
    int from_directory = is_real_directory(guest, source, err);
    int to_directory = from_directory < 0 ? -1 : is_real_directory(guest, target, err);
    if (to_directory < 0)
        return -1;
    if (to_directory && from_directory)
        return merge(guest, step, source, target, err);
    if (to_directory)
        return error_set(err, ERROR_GUEST, "%s is a directory, %s is none", target, source);
    if (make_way(guest, target, err))
        return -1;
    if (guestfs_cp_a(guest_handle(guest), source, target))
        return guest_error(guest, err, "copying %s to %s", source, target);
    return permissions_give_tree(guest, step, target, err);
}

/* SOURCE, its parent's links resolved, and its TARGET; both owned, both beginning in a real
 * directory. */
static int find_both(struct guest *guest, const struct customize_step *step, char **source,
                     char **target, struct error **err)
{
    *source = guest_file_resolve(guest, step->first, err);
    *target = *source ? target_of(guest, *source, step->second, err) : NULL;
    if (!*target)
        return -1;
    AUTO(guestfs_free_statns)
    struct guestfs_statns *stat = guestfs_lstatns(guest_handle(guest), *source);
    if (!stat && guestfs_last_errno(guest_handle(guest)) == ENOENT)
        return error_set(err, ERROR_GUEST, "%s: no such file in the guest", step->first);
    if (!stat)
        return guest_error(guest, err, "%s", step->first);
    size_t length = strlen(*source);
    if (strncmp(*target, *source, length) == 0 && strchr("/", (*target)[length]))
        return error_set(err, ERROR_GUEST, "%s is, or is within, %s itself", *target, step->first);
    return 0;
}

int op_copy(struct guest *guest, const struct customize_step *step, struct error **err)
{
    AUTO_FREE char *source = NULL;
    AUTO_FREE char *target = NULL;
    if (find_both(guest, step, &source, &target, err))
        return -1;
    return copy(guest, step, source, target, err);
}

int op_move(struct guest *guest, const struct customize_step *step, struct error **err)
{
    AUTO_FREE char *source = NULL;
    AUTO_FREE char *target = NULL;
    if (find_both(guest, step, &source, &target, err))
        return -1;
    int is_directory = is_real_directory(guest, target, err);
    if (is_directory)
        return is_directory < 0
                   ? -1
                   : error_set(err, ERROR_GUEST, "%s is already there, a directory", target);
    if (make_way(guest, target, err))
        return -1;
    if (guestfs_mv(guest_handle(guest), source, target))
        return guest_error(guest, err, "moving %s to %s", source, target);
    return permissions_give_tree(guest, step, target, err);
}
