/* SPDX-License-Identifier: Apache-2.0 */
/* --mkdir, --delete, --touch: operations that only name a path. */
#include "fsimage/guest/guest_file.h"
#include "fsimage/ops/ops.h"
#include "fsimage/ops/permissions.h"

#include <string.h>

int check_guest_path(struct customize_step *step, struct error **err)
{
    return guest_path_check(step->first, err);
}

int check_not_root(struct customize_step *step, struct error **err)
{
    if (guest_path_check(step->first, err))
        return -1;
    if (strspn(step->first, "/.") == strlen(step->first))
        return error_set(err, ERROR_USAGE, "that is the guest's root directory");
    return 0;
}

int op_mkdir(struct guest *guest, const struct customize_step *step, struct error **err)
{
    return guest_file_make_directory(guest, step->first, err)
               ? -1
               : permissions_give(guest, step, step->first, err);
}

int op_delete(struct guest *guest, const struct customize_step *step, struct error **err)
{
    guestfs_h *g = guest_handle(guest);
    const struct guestfs_glob_expand_opts_argv plain = {
        .bitmask = GUESTFS_GLOB_EXPAND_OPTS_DIRECTORYSLASH_BITMASK, .directoryslash = 0
    };
    AUTO(guest_strings_free) char **paths = guestfs_glob_expand_opts_argv(g, step->first, &plain);
    if (!paths)
        return guest_error(guest, err, "%s", step->first);
    for (char **path = paths; *path; path++) {
        AUTO_FREE char *resolved = guest_file_resolve(guest, *path, err);
        if (!resolved)
            return -1;
        if (guestfs_rm_rf(g, resolved))
            return guest_error(guest, err, "deleting %s", *path);
    }
    return 0;
}

int op_touch(struct guest *guest, const struct customize_step *step, struct error **err)
{
    if (guest_file_require_regular(guest, step->first, true, err))
        return -1;
    if (guestfs_touch(guest_handle(guest), step->first))
        return guest_error(guest, err, "%s", step->first);
    return permissions_give(guest, step, step->first, err);
}
