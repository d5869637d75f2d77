/* SPDX-License-Identifier: Apache-2.0 */
/* --truncate, --truncate-recursive, --scrub: the content of files goes. */
#include "forge/base/file.h"
#include "fsimage/guest/guest_file.h"
#include "fsimage/ops/ops.h"

#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

enum { NAMES_MAX = 256 << 20 };

int op_truncate(struct guest *guest, const struct customize_step *step, struct error **err)
{
    if (guest_file_require_regular(guest, step->first, false, err))
        return -1;
    if (guestfs_truncate(guest_handle(guest), step->first))
        return guest_error(guest, err, "%s", step->first);
    return 0;
}

/* Empty PATH if it is a file that is not empty; a link is left alone. */
static int truncate_if_file(struct guest *guest, const char *path, struct error **err)
{
    AUTO(guestfs_free_statns)
    struct guestfs_statns *stat = guestfs_lstatns(guest_handle(guest), path);
    if (!stat)
        return guest_error(guest, err, "%s", path);
    if (!S_ISREG(stat->st_mode) || !stat->st_size)
        return 0;
    return guestfs_truncate(guest_handle(guest), path) ? guest_error(guest, err, "%s", path) : 0;
}

int op_truncate_recursive(struct guest *guest, const struct customize_step *step,
                          struct error **err)
{
    guestfs_h *g = guest_handle(guest);
    AUTO_FREE char *root = guestfs_realpath(g, step->first); /* find runs outside the guest */
    AUTO_FD int names = memfd_create("forge-names", MFD_CLOEXEC);
    AUTO_FREE char *file = xasprintf("/proc/self/fd/%d", names);
    if (names < 0)
        return error_set_errno(err, "making a list of files");
    if (!root || guestfs_find0(g, root, file))
        return guest_error(guest, err, "%s", step->first);
    size_t length;
    AUTO_FREE char *list = file_read(file, NAMES_MAX, &length, err); /* each name ends in a NUL */
    if (!list)
        return -1;
    for (const char *name = list; name < list + length; name += strlen(name) + 1) {
        AUTO_FREE char *path = path_join(root, name + strspn(name, "/"));
        if (truncate_if_file(guest, path, err))
            return -1;
    }
    return 0;
}

/* Zeros over the SIZE bytes of PATH where they lie. What is only in the appliance's memory when the
 * file goes never reaches the disk, hence the sync. */
static int overwrite(struct guest *guest, const char *path, int64_t size, struct error **err)
{
    guestfs_h *g = guest_handle(guest);
    AUTO_FD int zeros = memfd_create("forge-zeros", MFD_CLOEXEC);
    if (zeros < 0 || ftruncate(zeros, size))
        return error_set_errno(err, "making %lld zeros", (long long)size);
    AUTO_FREE char *file = xasprintf("/proc/self/fd/%d", zeros);
    if (guestfs_upload_offset(g, file, path, 0) || guestfs_sync(g))
        return guest_error(guest, err, "overwriting %s", path);
    return 0;
}

int op_scrub(struct guest *guest, const struct customize_step *step, struct error **err)
{
    if (guest_file_require_regular(guest, step->first, false, err))
        return -1;
    AUTO_FREE char *real = guestfs_realpath(guest_handle(guest), step->first);
    int64_t size = real ? guestfs_filesize(guest_handle(guest), real) : -1;
    if (size < 0)
        return guest_error(guest, err, "%s", step->first);
    if (size && overwrite(guest, real, size, err))
        return -1;
    AUTO_FREE char *named = guest_file_resolve(guest, step->first, err);
    if (!named)
        return -1;
    if (guestfs_rm(guest_handle(guest), real) ||
        (strcmp(named, real) != 0 && guestfs_rm(guest_handle(guest), named)))
        return guest_error(guest, err, "deleting %s", step->first);
    return 0;
}
