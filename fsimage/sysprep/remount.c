/* SPDX-License-Identifier: Apache-2.0 */
/* Unmounts the guest's file systems, and mounts them again. */
#include "fsimage/sysprep/remount.h"

#include <string.h>

int sysprep_unmount(struct guest *guest, struct error **err)
{
    if (guestfs_umount_all(guest_handle(guest)))
        return guest_error(guest, err, "unmounting the guest's file systems");
    return 0;
}

int sysprep_remount(struct guest *guest, const struct guest_mounts *mounts, struct error **err)
{
    for (size_t i = 0; i < mounts->count; i++) { /* "/" first */
        const struct guest_mount *mount = &mounts->items[i];
        if (guestfs_mount(guest_handle(guest), mount->device, mount->point))
            return guest_error(guest, err, "mounting %s again", mount->point);
    }
    return 0;
}

const struct guest_mount *sysprep_boot_mount(const struct guest_mounts *mounts)
{
    for (size_t i = 0; i < mounts->count; i++)
        if (strcmp(mounts->items[i].point, "/boot") == 0)
            return &mounts->items[i];
    return &mounts->items[0];
}
