/* SPDX-License-Identifier: Apache-2.0 */
/* fs-uuids: new ids for file systems, written also into the files by which they are found. */
#include "forge/base/log.h"
#include "fsimage/guest/guest_file.h"
#include "fsimage/guest/guest_mounts.h"
#include "fsimage/sysprep/remount.h"
#include "fsimage/sysprep/search.h"
#include "fsimage/sysprep/sysprep_ops.h"

#include <string.h>
#include <uuid/uuid.h>

enum { UUID_LENGTH = 36 };

/* Text files that name file systems; wildcards as in glob(7). */
static const char *const naming[] = {
    "/etc/fstab",
    "/etc/crypttab",
    "/etc/default/grub",
    "/etc/default/grub.d/*",
    "/etc/kernel/cmdline",
    "/etc/systemd/system/*.mount",
    "/boot/grub/grub.cfg",
    "/boot/grub/menu.lst",
    "/boot/grub/grubenv",
    "/boot/grub2/grub.cfg",
    "/boot/grub2/grubenv",
    "/boot/loader/entries/*.conf",
    "/boot/extlinux/extlinux.conf",
    "/boot/efi/EFI/*/grub.cfg",
    "/boot/efi/loader/entries/*.conf",
};

/* What finds the file system of /boot, or of "/", by a UUID inside of a program or an archive,
 * where it cannot be changed: then that file system keeps it. */
static const struct {
    const char *path; /* the sign of it */
    bool root, boot;
    const char *why;
} hidden[] = {
    { "/boot/grub/i386-pc", false, true, "GRUB's code on the disk may find it by its UUID" },
    { "/boot/grub2/i386-pc", false, true, "GRUB's code on the disk may find it by its UUID" },
    { "/usr/lib/dracut", true, true, "dracut's initial RAM disk may wait for its UUID" },
    { "/etc/mkinitcpio.conf", true, false, "the initial RAM disk may name its UUID" },
};

/* Replace OLD by NEW in the guest's file at PATH, when it is there. */
static int rename_in_file(struct guest *guest, const char *path, const char *old, const char *new,
                          struct error **err)
{
    size_t length;
    AUTO_FREE char *text = guest_file_read(guest, path, &length, err);
    if (!text)
        return -1;
    bool found = false;
    for (char *at = text; (at = memmem(at, length - (size_t)(at - text), old, UUID_LENGTH));) {
        at = mempcpy(at, new, UUID_LENGTH);
        found = true;
    }
    return found ? guest_file_write(guest, path, text, length, err) : 0;
}

static int rename_everywhere(struct guest *guest, const char *old, const char *new,
                             struct error **err)
{
    const struct guestfs_is_file_opts_argv follow = {
        .bitmask = GUESTFS_IS_FILE_OPTS_FOLLOWSYMLINKS_BITMASK, .followsymlinks = 1
    };
    for (size_t i = 0; i < ARRAY_SIZE(naming); i++) {
        AUTO(guest_strings_free)
        char **paths = guestfs_glob_expand(guest_handle(guest), naming[i]);
        if (!paths)
            return guest_error(guest, err, "%s", naming[i]);
        for (char **path = paths; *path; path++) {
            int is_file = guestfs_is_file_opts_argv(guest_handle(guest), *path, &follow);
            if (is_file < 0)
                return guest_error(guest, err, "%s", *path);
            if (is_file && rename_in_file(guest, *path, old, new, err))
                return -1;
        }
    }
    return 0;
}

/* *WHY: the reason for MOUNT to keep its UUID, NULL when there is none. */
static int keeps_uuid(struct guest *guest, const struct guest_mounts *mounts,
                      const struct guest_mount *mount, const char **why, struct error **err)
{
    bool is_root = mount == &mounts->items[0], is_boot = mount == sysprep_boot_mount(mounts);
    *why = NULL;
    for (size_t i = 0; i < ARRAY_SIZE(hidden) && !*why; i++) {
        if (!(hidden[i].root && is_root) && !(hidden[i].boot && is_boot))
            continue;
        int exists = guest_file_exists(guest, hidden[i].path, err);
        if (exists < 0)
            return -1;
        if (exists)
            *why = hidden[i].why;
    }
    return 0;
}

/* Those whose UUID libguestfs can set; swap, which initial RAM disks name, and FAT are not. */
static bool can_change(const struct guest_mount *mount)
{
    static const char *const types[] = { "ext2", "ext3", "ext4", "xfs" };
    for (size_t i = 0; i < ARRAY_SIZE(types); i++)
        if (mount->type && strcmp(mount->type, types[i]) == 0)
            return mount->uuid && strlen(mount->uuid) == UUID_LENGTH;
    return false;
}

/* Set it while the file system is not mounted, and see that it holds. */
static int set_uuid(struct guest *guest, const struct guest_mount *mount, const char *uuid,
                    struct error **err)
{
    guestfs_h *g = guest_handle(guest);
    /* tune2fs wants one that has just been checked. */
    const struct guestfs_e2fsck_argv correct = { .bitmask = GUESTFS_E2FSCK_CORRECT_BITMASK,
                                                 .correct = 1 };
    bool is_ext = starts_with(mount->type, "ext");
    if ((is_ext && guestfs_e2fsck_argv(g, mount->device, &correct)) ||
        guestfs_set_uuid(g, mount->device, uuid))
        return guest_error(guest, err, "giving %s a new UUID", mount->device);
    AUTO_FREE char *now = guestfs_vfs_uuid(g, mount->device);
    if (!now || strcmp(now, uuid) != 0)
        return error_set(err, ERROR_GUEST, "%s did not take its new UUID", mount->device);
    return 0;
}

static int change_one(struct sysprep_search *search, const struct guest_mounts *mounts,
                      const struct guest_mount *mount, struct error **err)
{
    uuid_t random;
    char uuid[UUID_LENGTH + 1];
    uuid_generate_random(random);
    uuid_unparse_lower(random, uuid);
    if (rename_everywhere(search->guest, mount->uuid, uuid, err) ||
        sysprep_unmount(search->guest, err) || set_uuid(search->guest, mount, uuid, err))
        return -1;
    return sysprep_remount(search->guest, mounts, err);
}

int sysprep_finish_fs_uuids(struct sysprep_search *search, bool dry_run, struct error **err)
{
    AUTO_MOUNTS struct guest_mounts mounts = { 0 };
    if (guest_mounts_read(search->guest, &mounts, err))
        return -1;
    for (size_t i = 0; i < mounts.count; i++) {
        const struct guest_mount *mount = &mounts.items[i];
        const char *why;
        if (!can_change(mount))
            continue;
        if (keeps_uuid(search->guest, &mounts, mount, &why, err))
            return -1;
        if (why) {
            log_warn("sysprep fs-uuids: %s keeps its UUID: %s", mount->point, why);
            continue;
        }
        sysprep_search_add(search, SYSPREP_NEW_UUID, mount->device, NULL);
        if (!dry_run && change_one(search, &mounts, mount, err))
            return -1;
    }
    return 0;
}
