/* SPDX-License-Identifier: Apache-2.0 */
/* What kind of file system or container lies somewhere on a disk. */
#ifndef FORGE_FSIMAGE_DISK_FILE_SYSTEM_PROBE_H
#define FORGE_FSIMAGE_DISK_FILE_SYSTEM_PROBE_H

#include "forge/base/device.h"
#include "fsimage/disk/disk_table.h"

/* *TYPE is libblkid's name of what is at AREA of DEVICE, such as "ext4" or "LVM2_member": owned;
 * NULL when there is nothing, or the remains of one kind beside another. */
MUST_CHECK int file_system_probe(struct device *device, const struct disk_area *area, char **type,
                                 struct error **err);

#endif
