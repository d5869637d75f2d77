/* SPDX-License-Identifier: Apache-2.0 */
/* Asks the appliance where each mounted file system is. */
#include "fsimage/guest_mounts.h"
#include "fsimage/guest_volumes.h"
#include "fsimage/ops/guest_file.h"

#include <string.h>

DEFINE_CLEANUP(struct guestfs_partition_list *, guestfs_free_partition_list)

/* Where DEVICE begins on the disk: 0 for a disk without a table, -1 for what is no partition. */
static int64_t offset_of(guestfs_h *handle, const char *device)
{
    if (guestfs_is_whole_device(handle, device) == 1)
        return 0;
    AUTO_FREE char *disk = guestfs_part_to_dev(handle, device);
    int number = disk ? guestfs_part_to_partnum(handle, device) : -1;
    AUTO(guestfs_free_partition_list)
    struct guestfs_partition_list *list = number > 0 ? guestfs_part_list(handle, disk) : NULL;
    for (uint32_t i = 0; list && i < list->len; i++)
        if (list->val[i].part_num == number)
            return (int64_t)list->val[i].part_start;
    return -1;
}

/* Where MOUNT's bytes are. TABLES are asked for when a volume needs them. */
static void find_pieces(guestfs_h *handle, struct guest_mount *mount, char **tables)
{
    if (mount->offset >= 0) {
        mount->pieces = NEW(struct device_piece);
        *mount->pieces = (struct device_piece){ mount->offset, mount->size };
        mount->piece_count = 1;
        return;
    }
    if (!*tables)
        *tables = volume_tables(handle);
    if (*tables)
        mount->pieces = volume_pieces(*tables, mount->device, &mount->piece_count);
}

static int by_length(const void *left, const void *right)
{
    const struct guest_mount *a = left, *b = right;
    size_t one = strlen(a->point), other = strlen(b->point);
    return (one > other) - (one < other);
}

int guest_mounts_read(struct guest *guest, struct guest_mounts *out, struct error **err)
{
    guestfs_h *handle = guest_handle(guest);
    AUTO(guest_strings_free) char **pairs = guestfs_mountpoints(handle);
    if (!pairs)
        return guest_error(guest, err, "listing the mount points");
    AUTO_FREE char *tables = NULL;
    guestfs_push_error_handler(handle, NULL, NULL); /* a volume is no partition: no news */
    for (char **pair = pairs; pair[0] && pair[1]; pair += 2) {
        out->items = xrealloc(out->items, out->count + 1, sizeof(*out->items));
        out->items[out->count++] = (struct guest_mount){
            .device = xstrdup(pair[0]),
            .point = xstrdup(pair[1]),
            .type = guest_text_or_null(guestfs_vfs_type(handle, pair[0])),
            .label = guest_text_or_null(guestfs_vfs_label(handle, pair[0])),
            .uuid = guest_text_or_null(guestfs_vfs_uuid(handle, pair[0])),
            .offset = offset_of(handle, pair[0]),
            .size = guestfs_blockdev_getsize64(handle, pair[0]),
        };
        find_pieces(handle, &out->items[out->count - 1], &tables);
    }
    guestfs_pop_error_handler(handle);
    qsort(out->items, out->count, sizeof(*out->items), by_length);
    if (!out->count || strcmp(out->items[0].point, "/") != 0)
        return error_set(err, ERROR_INVALID, "the guest has no root file system");
    return 0;
}

void guest_mounts_clear(struct guest_mounts *mounts)
{
    for (size_t i = 0; i < mounts->count; i++) {
        struct guest_mount *mount = &mounts->items[i];
        free(mount->point);
        free(mount->device);
        free(mount->type);
        free(mount->label);
        free(mount->uuid);
        free(mount->pieces);
    }
    free(mounts->items);
    *mounts = (struct guest_mounts){ 0 };
}
