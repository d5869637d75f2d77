/* SPDX-License-Identifier: Apache-2.0 */
/* Fresh disks around one root file system: what lies where, and the partition table that says so.
 */
#ifndef FORGE_FSIMAGE_DISK_DISK_TABLE_H
#define FORGE_FSIMAGE_DISK_DISK_TABLE_H

#include "forge/base/error.h"
#include "fsimage/image/area_list.h"

#include <stdbool.h>
#include <stdint.h>

enum disk_layout {
    DISK_KEEP,   /* the disk as it is */
    DISK_ROOTFS, /* the root file system alone, no table: what a paravirtual image wants */
    DISK_MBR,    /* an MBR table, GRUB between it and the root partition */
    DISK_GPT,    /* a GPT, GRUB in a BIOS boot partition */
};

/* Partitions begin at multiples of 1 MiB. Their numbers are those of Debian's cloud images: 1 the
 * root, 14 BIOS boot, 15 the EFI system partition. */
struct disk_plan {
    int64_t size; /* of the disk */
    struct disk_area root;
    struct disk_area core; /* where GRUB's core.img may go */
    struct disk_area efi;
};

/* Everything that tools draw by chance: given, so that one input makes one disk. */
struct disk_ids {
    uint32_t mbr_id;
    uint32_t efi_volume; /* of the EFI system partition's FAT */
    unsigned char disk[16], root[16], bios_boot[16], efi[16]; /* GPT's UUIDs */
};

/* Lay out a disk for a root file system of ROOT_SIZE bytes, and an EFI system partition of EFI_SIZE
 * (DISK_GPT only, 0: none). ERROR_INVALID: sizes that are not positive or too large for the table
 * (2 TiB for MBR). */
MUST_CHECK int disk_plan_make(enum disk_layout layout, int64_t root_size, int64_t efi_size,
                              struct disk_plan *plan, struct error **err);

/* Write the table of PLAN to the raw file at PATH, which has plan->size bytes (DISK_MBR and
 * DISK_GPT only; the root partition of an MBR is marked active). Nothing but the table's sectors is
 * touched.
 */
MUST_CHECK int disk_table_write(const char *path, enum disk_layout layout,
                                const struct disk_plan *plan, const struct disk_ids *ids,
                                struct error **err);

/* Which layout the disk DEVICE has: DISK_ROOTFS without a partition table. */
struct device;
MUST_CHECK int disk_table_find(struct device *device, enum disk_layout *layout, struct error **err);

#endif
