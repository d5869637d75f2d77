/* SPDX-License-Identifier: Apache-2.0 */
/* The EFI system partition of a fresh disk, a FAT 32 file system made by mtools: no device, no
 * privilege. */
#ifndef FORGE_FSIMAGE_DISK_EFI_PARTITION_H
#define FORGE_FSIMAGE_DISK_EFI_PARTITION_H

#include "fsimage/disk/disk_table.h"

#include <stddef.h>

/* Of the partition in bytes: FAT 32 wants 33 MiB, distributions' boot loaders about 10. */
enum { EFI_PARTITION_SIZE = 64 << 20 };

/* ERROR_HOST, with what to install, unless this host has the programs. */
MUST_CHECK int efi_partition_check(struct error **err);

/* The file system's UUID as fstab and blkid(8) have it, "1234-ABCD", for its volume ID; owned. */
char *efi_partition_uuid(uint32_t id);

/* Make the file system in AREA of the raw file at PATH, with LOADER (SIZE bytes) at
 * /EFI/BOOT/BOOTX64.EFI, where every firmware for x86-64 looks (UEFI 2.10, 3.5.1.1). Everything in
 * it has the time NOW (seconds since 1970; the nearest that FAT knows), in UTC. The directory of
 * PATH takes a temporary file. The same arguments give the same bytes. */
MUST_CHECK int efi_partition_write(const char *path, const struct disk_area *area, uint32_t id,
                                   int64_t now, const char *loader, size_t size,
                                   struct error **err);

#endif
