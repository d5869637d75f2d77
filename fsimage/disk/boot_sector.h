/* SPDX-License-Identifier: Apache-2.0 */
/* The code that a BIOS starts from a disk. */
#ifndef FORGE_FSIMAGE_DISK_BOOT_SECTOR_H
#define FORGE_FSIMAGE_DISK_BOOT_SECTOR_H

#include "fsimage/image/image.h"

/* *FOUND tells whether IMAGE begins with code: a first sector of zeros up to the partition table
 * has none, and a BIOS that finds the table all the same runs into the zeros without a word. */
MUST_CHECK int boot_sector_has_code(const struct image *image, bool *found, struct error **err);

#endif
