/* SPDX-License-Identifier: Apache-2.0 */
/* The appliance's own tar, over every mounted file system. */
#include "fsimage/guest/guest_tree.h"

int guest_tree_archive(struct guest *guest, const char *path, struct error **err)
{
    static const char *excludes[] = { "./boot/efi/*", "./efi/*", NULL };
    int failed = guestfs_tar_out_opts(
        guest_handle(guest), "/", path, GUESTFS_TAR_OUT_OPTS_NUMERICOWNER, 1,
        GUESTFS_TAR_OUT_OPTS_EXCLUDES, (char **)excludes, GUESTFS_TAR_OUT_OPTS_XATTRS, 1,
        GUESTFS_TAR_OUT_OPTS_SELINUX, 1, GUESTFS_TAR_OUT_OPTS_ACLS, 1, -1);
    return failed ? guest_error(guest, err, "copying the guest's files") : 0;
}
