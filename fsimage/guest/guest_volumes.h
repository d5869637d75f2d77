/* SPDX-License-Identifier: Apache-2.0 */
/* Where the logical volumes of a guest lie on its disk, as the appliance's device mapper has them.
 */
#ifndef FORGE_FSIMAGE_GUEST_GUEST_VOLUMES_H
#define FORGE_FSIMAGE_GUEST_GUEST_VOLUMES_H

#include "forge/base/device_pieces.h"

#include <guestfs.h>

/* The pieces of the disk (owned) that the volume DEVICE, /dev/GROUP/VOLUME or /dev/mapper/NAME, is
 * made of, by TABLES:
 *   part MAJOR:MINOR START                                     for each partition
 *   NAME: START LENGTH linear MAJOR:MINOR FIRST                for each piece, as dmsetup(8) tells
 * in sectors of 512 bytes. NULL, with *COUNT 0, for what is no such volume, or one that is made of
 * anything else: a snapshot, a mirror, an encrypted one. */
struct device_piece *volume_pieces(const char *tables, const char *device, size_t *count);

/* TABLES of the appliance behind HANDLE; owned, NULL when it does not tell. */
char *volume_tables(guestfs_h *handle);

#endif
