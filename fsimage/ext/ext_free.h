/* SPDX-License-Identifier: Apache-2.0 */
/* What an ext2, ext3 or ext4 file system calls free. */
#ifndef FORGE_FSIMAGE_EXT_EXT_FREE_H
#define FORGE_FSIMAGE_EXT_EXT_FREE_H

#include "forge/base/device.h"
#include "fsimage/image/area_list.h"

/* Append to OUT the free blocks of the file system at AREA of DEVICE, as places on DEVICE. Its
 * bitmaps are not believed: every block that an inode or the file system itself uses must be marked
 * as used. ERROR_INVALID: they are wrong, the file system was not unmounted, or has errors. */
MUST_CHECK int ext_free_find(struct device *device, const struct disk_area *area,
                             struct area_list *out, struct error **err);

#endif
