/* SPDX-License-Identifier: Apache-2.0 */
/* What the file systems of a whole disk call free. */
#ifndef FORGE_FSIMAGE_DISK_DISK_FREE_H
#define FORGE_FSIMAGE_DISK_DISK_FREE_H

#include "forge/base/device.h"
#include "fsimage/image/area_list.h"

/* Append to OUT the free blocks of every ext2, ext3 and ext4 file system in a partition of DISK, or
 * on all of a disk without a table. ERROR_INVALID when one of them cannot tell, with the reason. */
MUST_CHECK int disk_free_find(struct device *disk, struct area_list *out, struct error **err);

/* *FOUND: is there anything else on DISK that only the appliance can trim (xfs, btrfs, f2fs,
 * logical volumes)? */
MUST_CHECK int disk_wants_trim(struct device *disk, bool *found, struct error **err);

#endif
