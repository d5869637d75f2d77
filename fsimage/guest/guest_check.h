/* SPDX-License-Identifier: Apache-2.0 */
/* A guest's disk before anything on it is mounted: is it fit to be written to? */
#ifndef FORGE_FSIMAGE_GUEST_GUEST_CHECK_H
#define FORGE_FSIMAGE_GUEST_GUEST_CHECK_H

#include "fsimage/guest/guest.h"

/* What the appliance sees on the disk: the disk itself, partitions, volumes. Owned; {0} before. */
struct guest_device {
    char *name; /* /dev/sda1, /dev/mapper/group-volume */
    char *type; /* as libblkid calls what is on it; "" for nothing */
};
struct guest_devices {
    struct guest_device *items;
    size_t count;
};

MUST_CHECK int guest_devices_read(struct guest *guest, struct guest_devices *out,
                                  struct error **err);
void guest_devices_clear(struct guest_devices *devices);
#define AUTO_GUEST_DEVICES __attribute__((cleanup(guest_devices_clear)))

/* Replay the journals of ext2, ext3 and ext4 file systems that were not unmounted, then have e2fsck
 * look at each. ERROR_INVALID: one has errors (with e2fsck's words), unless guest_options.repair,
 * or the system is hibernated. */
MUST_CHECK int guest_check_disk(struct guest *guest, struct error **err);

/* The same for DEVICE, an ext file system that is not mounted. */
MUST_CHECK int guest_check_ext(struct guest *guest, const char *device, struct error **err);

#endif
