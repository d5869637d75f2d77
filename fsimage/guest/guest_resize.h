/* SPDX-License-Identifier: Apache-2.0 */
/* The root file system made larger or smaller where it is. */
#ifndef FORGE_FSIMAGE_GUEST_GUEST_RESIZE_H
#define FORGE_FSIMAGE_GUEST_GUEST_RESIZE_H

#include "fsimage/guest/guest.h"

enum guest_size {
    GUEST_SIZE_MIN,   /* as small as resize2fs makes it */
    GUEST_SIZE_EXACT, /* so many bytes, rounded down to blocks */
    GUEST_SIZE_FREE,  /* so many bytes of it are free */
};

/* Resize the root file system, ext2, ext3 or ext4, within its device, which has room for it.
 * Everything is unmounted first, so this comes last; e2fsck looks at it before and after. *SIZE
 * receives its size in bytes. ERROR_USAGE: its files need more, and *SIZE says how much;
 * ERROR_INVALID: it has errors, or is of another kind. */
MUST_CHECK int guest_resize_root(struct guest *guest, enum guest_size kind, int64_t bytes,
                                 int64_t *size, struct error **err);

/* Have the kernel discard what file systems call free, of all that are mounted but those that can
 * be read without the appliance (ext2, ext3 and ext4 in partitions). One that cannot is named in a
 * warning. */
struct guest_mounts;
void guest_trim(struct guest *guest, const struct guest_mounts *mounts);

#endif
