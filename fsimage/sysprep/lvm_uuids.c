/* SPDX-License-Identifier: Apache-2.0 */
/* lvm-uuids: new ids for physical volumes and volume groups. */
#include "forge/base/log.h"
#include "fsimage/guest/guest_file.h"
#include "fsimage/guest/guest_mounts.h"
#include "fsimage/sysprep/remount.h"
#include "fsimage/sysprep/search.h"
#include "fsimage/sysprep/sysprep_ops.h"

#include <string.h>

/* GRUB names a logical volume by the UUIDs of its group and itself, in code that is written at
 * installation: a /boot on one would not be found again. */
static int boots_from_volume(struct guest *guest, const struct guest_mounts *mounts,
                             struct error **err)
{
    const struct guest_mount *boot = sysprep_boot_mount(mounts);
    int volume = guestfs_is_lv(guest_handle(guest), boot->device);
    return volume < 0 ? guest_error(guest, err, "%s", boot->device) : volume;
}

static int change_all(struct guest *guest, struct error **err)
{
    guestfs_h *g = guest_handle(guest);
    if (guestfs_vg_activate_all(g, 0) || guestfs_pvchange_uuid_all(g) ||
        guestfs_vgchange_uuid_all(g) || guestfs_vg_activate_all(g, 1))
        return guest_error(guest, err, "changing the UUIDs of LVM's volumes");
    return 0;
}

int sysprep_finish_lvm_uuids(struct sysprep_search *search, bool dry_run, struct error **err)
{
    guestfs_h *g = guest_handle(search->guest);
    AUTO(guest_strings_free) char **volumes = guestfs_pvs(g);
    AUTO_MOUNTS struct guest_mounts mounts = { 0 };
    if (!volumes)
        return guest_error(search->guest, err, "listing the physical volumes");
    if (!*volumes)
        return 0;
    if (guest_mounts_read(search->guest, &mounts, err))
        return -1;
    int on_volume = boots_from_volume(search->guest, &mounts, err);
    if (on_volume < 0)
        return -1;
    if (on_volume) {
        log_warn("sysprep lvm-uuids: LVM keeps its UUIDs: the boot loader finds /boot by them");
        return 0;
    }
    for (char **volume = volumes; *volume; volume++)
        sysprep_search_add(search, SYSPREP_NEW_UUID, *volume, NULL);
    if (dry_run)
        return 0;
    if (sysprep_unmount(search->guest, err) || change_all(search->guest, err))
        return -1;
    return sysprep_remount(search->guest, &mounts, err);
}
