/* SPDX-License-Identifier: Apache-2.0 */
/* resize2fs of the appliance, between two looks of e2fsck. */
#include "fsimage/guest/guest_resize.h"
#include "forge/base/log.h"
#include "forge/base/memory.h"
#include "fsimage/guest/guest_check.h"
#include "fsimage/guest/guest_file.h"
#include "fsimage/guest/guest_mounts.h"
#include "fsimage/guest/guest_private.h"

#include <string.h>

/* What the superblock says. */
struct ext_size {
    int64_t block_size, blocks, free;
};

static int read_size(struct guest *guest, const char *device, struct ext_size *size,
                     struct error **err)
{
    const struct {
        const char *name;
        int64_t *value;
    } wanted[] = { { "Block size", &size->block_size },
                   { "Block count", &size->blocks },
                   { "Free blocks", &size->free } };
    size_t found = 0;
    AUTO(guest_strings_free) char **pairs = guestfs_tune2fs_l(guest->handle, device);
    if (!pairs)
        return guest_error(guest, err, "reading the size of the file system on %s", device);
    for (char **pair = pairs; pair[0] && pair[1]; pair += 2)
        for (size_t i = 0; i < ARRAY_SIZE(wanted); i++)
            if (strcmp(pair[0], wanted[i].name) == 0)
                found += parse_integer(pair[1], 0, INT64_C(1) << 48, wanted[i].value);
    if (found != ARRAY_SIZE(wanted) || size->block_size < 1024 || size->block_size > 65536)
        return error_set(err, ERROR_INVALID, "the file system on %s has no known size", device);
    return 0;
}

static int resize_to(struct guest *guest, const char *device, int64_t bytes, struct error **err)
{
    if (guestfs_resize2fs_size(guest->handle, device, bytes))
        return guest_error(guest, err, "giving the file system on %s %lld bytes", device,
                           (long long)bytes);
    return 0;
}

/* What resize2fs calls the minimum becomes smaller by what the first round releases. */
static int resize_to_min(struct guest *guest, const char *device, struct ext_size *size,
                         struct error **err)
{
    enum { ROUNDS = 4 };
    int64_t before = INT64_MAX;
    for (int i = 0; i < ROUNDS && size->blocks < before; i++) {
        before = size->blocks;
        if (guestfs_resize2fs_M(guest->handle, device))
            return guest_error(guest, err, "making the file system on %s as small as can be",
                               device);
        if (read_size(guest, device, size, err))
            return -1;
    }
    return 0;
}

/* Another size has other inode tables, which takes from what is free or gives to it: as close as a
 * percent, and never less. */
static int resize_to_free(struct guest *guest, const char *device, int64_t bytes, int64_t min,
                          struct ext_size *size, struct error **err)
{
    enum { ROUNDS = 6 };
    int64_t wanted = (bytes + size->block_size - 1) / size->block_size;
    int64_t least = (min + size->block_size - 1) / size->block_size;
    for (int i = 0; i < ROUNDS; i++) {
        int64_t more = wanted - size->free, target = size->blocks + more;
        if (i && more > 0) /* what comes has its own tables */
            target += more / 16 + 16;
        if (target < least)
            target = least;
        bool enough = more <= 0 && -more <= size->blocks / 100;
        if (enough || target == size->blocks)
            return 0;
        if (i == ROUNDS - 1 && more <= 0)
            return 0;
        if (resize_to(guest, device, target * size->block_size, err) ||
            read_size(guest, device, size, err))
            return -1;
    }
    return size->free >= wanted ? 0
                                : error_set(err, ERROR_FAILED,
                                            "the file system on %s comes to no size with %lld "
                                            "bytes free",
                                            device, (long long)bytes);
}

static int resize_ext(struct guest *guest, const char *device, enum guest_size kind, int64_t bytes,
                      int64_t *result, struct error **err)
{
    struct ext_size size;
    int64_t min = guestfs_vfs_minimum_size(guest->handle, device);
    if (min < 0)
        return guest_error(guest, err, "asking how small the file system on %s can be", device);
    *result = min;
    if (kind == GUEST_SIZE_EXACT && bytes < min)
        return error_set(err, ERROR_USAGE, "the root file system needs %lld bytes, and gets %lld",
                         (long long)min, (long long)bytes);
    if (read_size(guest, device, &size, err))
        return -1;
    int failed = 0;
    if (kind == GUEST_SIZE_MIN)
        failed = resize_to_min(guest, device, &size, err);
    else if (kind == GUEST_SIZE_FREE)
        failed = resize_to_free(guest, device, bytes, min, &size, err);
    else
        failed = resize_to(guest, device, bytes / size.block_size * size.block_size, err) ||
                 read_size(guest, device, &size, err);
    *result = size.blocks * size.block_size;
    return failed ? -1 : 0;
}

int guest_resize_root(struct guest *guest, enum guest_size kind, int64_t bytes, int64_t *size,
                      struct error **err)
{
    const char *device = guest->facts.root;
    AUTO_FREE char *type = guestfs_vfs_type(guest->handle, device);
    *size = 0;
    if (!type || !starts_with(type, "ext"))
        return error_set(
            err, ERROR_INVALID,
            "a root file system of type %s is not resized where it is: a fresh disk is "
            "made by --layout rootfs, mbr or gpt",
            type ? type : "unknown");
    if (guest_run_finish(guest, err))
        return -1;
    if (guestfs_umount_all(guest->handle))
        return guest_error(guest, err, "unmounting the guest's file systems");
    if (guest_check_ext(guest, device, err))
        return -1;
    /* resize2fs wants it checked by one that could have changed something. */
    if (guestfs_e2fsck(guest->handle, device, GUESTFS_E2FSCK_CORRECT, 1, -1))
        return guest_error(guest, err, "checking the file system on %s", device);
    return resize_ext(guest, device, kind, bytes, size, err) ? -1
                                                             : guest_check_ext(guest, device, err);
}

void guest_trim(struct guest *guest, const struct guest_mounts *mounts)
{
    for (size_t i = 0; i < mounts->count; i++) {
        const struct guest_mount *mount = &mounts->items[i];
        bool readable = mount->offset >= 0 && mount->type && starts_with(mount->type, "ext");
        if (readable || guestfs_fstrim(guest->handle, mount->point, -1) == 0)
            continue;
        AUTO_FREE char *point = guest_printable(mount->point);
        AUTO_FREE char *reason = guest_printable(guestfs_last_error(guest->handle));
        log_warn("%s: what %s on %s calls free cannot be left out: %s", guest->name, mount->device,
                 point, reason);
    }
}
