/* SPDX-License-Identifier: Apache-2.0 */
/* The guest's file systems, unmounted to be changed as a whole, and mounted again. */
#ifndef FORGE_FSIMAGE_SYSPREP_REMOUNT_H
#define FORGE_FSIMAGE_SYSPREP_REMOUNT_H

#include "fsimage/guest/guest_mounts.h"

MUST_CHECK int sysprep_unmount(struct guest *guest, struct error **err);
MUST_CHECK int sysprep_remount(struct guest *guest, const struct guest_mounts *mounts,
                               struct error **err);

/* The file system that holds /boot: that of "/" unless it has its own. Borrowed. */
const struct guest_mount *sysprep_boot_mount(const struct guest_mounts *mounts);

#endif
