/* SPDX-License-Identifier: Apache-2.0 */
/* GRUB 2 for BIOS put in front of a disk's partitions, as grub-bios-setup does, without a device.
 */
#ifndef FORGE_FSIMAGE_DISK_GRUB_EMBED_H
#define FORGE_FSIMAGE_DISK_GRUB_EMBED_H

#include "forge/base/device.h"
#include "fsimage/disk/disk_table.h"

/* Two files of GRUB's: boot.img as installed under /usr/lib/grub/i386-pc, and a core.img of
 * grub-mkimage -O i386-pc. Borrowed. */
struct grub_images {
    const unsigned char *boot, *core;
    size_t boot_size, core_size;
};

/* Put IMAGES onto DISK, whose table PLAN describes: boot.img's code into the first sector, the
 * table in it kept, and core.img into plan->core. ERROR_INVALID: they are not GRUB's, or do not
 * fit. */
MUST_CHECK int grub_embed(struct device *disk, const struct disk_plan *plan,
                          const struct grub_images *images, struct error **err);

#endif
