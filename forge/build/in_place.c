/* SPDX-License-Identifier: Apache-2.0 */
/* First the partition grows, then the file system changes, then the partition shrinks to it. */
#include "forge/build/in_place.h"
#include "forge/base/memory.h"
#include "forge/base/strings.h"
#include "fsimage/disk/partition_table.h"
#include "fsimage/guest/guest_mounts.h"
#include "fsimage/guest/guest_resize.h"

#include <string.h>

enum { SECTOR = 512, MEBI = 1 << 20 };

#define OTHERWISE "--layout rootfs, mbr or gpt makes a fresh disk"

static int64_t round_up(int64_t bytes, int64_t unit)
{
    return (bytes + unit - 1) / unit * unit;
}

/* The partition that can change its size: what is not last has a neighbour. */
static int find_last(struct in_place *in_place, struct device *disk, struct error **err)
{
    AUTO_PARTITIONS struct partition_table table = { 0 };
    if (partition_table_read(disk, &table, err))
        return -1;
    const struct partition *last = partition_table_last(&table);
    in_place->area = (struct disk_area){ 0, in_place->disk_size };
    if (table.scheme == PARTITIONS_NONE)
        return 0;
    if (!last)
        return error_set(err, ERROR_INVALID, "the disk has no partition");
    if (last->extended || last->logical)
        return error_set(err, ERROR_INVALID,
                         "the disk's last partition (%u) is an extended or a logical one, which "
                         "keeps its size: " OTHERWISE,
                         last->number);
    in_place->number = last->number;
    in_place->area = last->area;
    in_place->tail = partition_scheme_tail(table.scheme);
    return 0;
}

/* The largest disk that there may be on the way. More free space than now wants that much and its
 * inode tables. */
static int64_t largest(const struct in_place *in_place, const struct layout_request *request)
{
    int64_t size = in_place->disk_size;
    if (request->size_kind == LAYOUT_FREE)
        return round_up(size + request->size + request->size / 8 + 64 * MEBI, MEBI);
    return request->size_kind == LAYOUT_EXACT && request->size > size ? request->size : size;
}

/* Partition and table on a disk of SIZE bytes, the partition reaching to its end. */
static int set_table(struct in_place *in_place, int64_t size)
{
    in_place->disk_size = size;
    in_place->area.size = (size - in_place->tail - in_place->area.offset) / SECTOR * SECTOR;
    return in_place->area.size > 0 ? 0 : -1;
}

static int write_table(const struct in_place *in_place, struct overlay *overlay, struct error **err)
{
    if (!in_place->number)
        return 0;
    AUTO(device_close) struct device *disk = overlay_device(overlay, err);
    if (!disk || partition_table_resize(disk, in_place->disk_size, in_place->number,
                                        in_place->area.size, err))
        return -1;
    return device_flush(disk, err);
}

static int check_size(const struct layout_request *request, struct error **err)
{
    if (request->size_kind == LAYOUT_EXACT && request->size % SECTOR)
        return error_set(err, ERROR_USAGE, "a disk of %lld bytes has no whole sectors",
                         (long long)request->size);
    if (request->size > INT64_C(1) << 50)
        return error_set(err, ERROR_USAGE, "a disk of %lld bytes is too large",
                         (long long)request->size);
    return 0;
}

int in_place_begin(struct in_place *in_place, const struct layout_request *request,
                   struct overlay *overlay, struct error **err)
{
    const struct image *image = overlay_image(overlay);
    AUTO(device_close) struct device *disk = image_device(image, err);
    in_place->disk_size = image->virtual_size;
    if (!disk || check_size(request, err) || find_last(in_place, disk, err))
        return -1;
    device_close(STEAL(disk));
    int64_t size = largest(in_place, request);
    if (size > in_place->disk_size && overlay_resize(overlay, size, err))
        return -1;
    struct in_place grown = *in_place;
    if (request->size_kind == LAYOUT_MIN ||
        set_table(&grown, request->size_kind == LAYOUT_EXACT ? request->size : size) ||
        grown.area.size <= in_place->area.size)
        return 0;
    grown.disk_size = size;
    *in_place = grown;
    return write_table(in_place, overlay, err);
}

/* The root file system fills the partition that can change its size. */
static int check_root(const struct in_place *in_place, struct guest *guest, struct error **err)
{
    AUTO_MOUNTS struct guest_mounts mounts = { 0 };
    if (guest_mounts_read(guest, &mounts, err))
        return -1;
    const struct guest_mount *root = &mounts.items[0];
    if (root->offset < 0)
        return error_set(
            err, ERROR_INVALID,
            "the root file system is on a volume (%s), which keeps its size: " OTHERWISE,
            root->device);
    if (root->offset != in_place->area.offset)
        return error_set(err, ERROR_INVALID,
                         "the root file system (%s) is not on the disk's last partition (%u), the "
                         "only one that can change its size: " OTHERWISE,
                         root->device, in_place->number);
    return 0;
}

static int does_not_fit(const struct in_place *in_place, int64_t needed, struct error **err)
{
    int64_t disk = round_up(in_place->area.offset + needed + in_place->tail, MEBI);
    AUTO_FREE char *text = format_size(disk);
    return error_set(err, ERROR_USAGE,
                     "the files need a disk of at least %lld bytes (%s), without any free space: "
                     "give a larger --size",
                     (long long)disk, text);
}

int in_place_resize(struct in_place *in_place, const struct layout_request *request,
                    struct guest *guest, struct error **err)
{
    static const enum guest_size kinds[] = {
        [LAYOUT_MIN] = GUEST_SIZE_MIN,
        [LAYOUT_EXACT] = GUEST_SIZE_EXACT,
        [LAYOUT_FREE] = GUEST_SIZE_FREE,
    };
    bool exact = request->size_kind == LAYOUT_EXACT;
    if (check_root(in_place, guest, err))
        return -1;
    if (exact && set_table(in_place, request->size))
        in_place->area.size = 0; /* which will be told */
    int64_t size;
    struct error *failed = NULL;
    if (guest_resize_root(guest, kinds[request->size_kind],
                          exact ? in_place->area.size : request->size, &size, &failed)) {
        if (failed->cause != ERROR_USAGE)
            return error_move(err, failed);
        error_free(failed);
        return does_not_fit(in_place, size, err);
    }
    if (exact)
        return 0;
    in_place->area.size = in_place->number ? round_up(size, MEBI) : size;
    in_place->disk_size = in_place->area.offset + in_place->area.size + in_place->tail;
    return 0;
}

int in_place_finish(const struct in_place *in_place, struct overlay *overlay, struct error **err)
{
    if (write_table(in_place, overlay, err))
        return -1;
    bool same = in_place->disk_size == overlay_image(overlay)->virtual_size;
    return same ? 0 : overlay_resize(overlay, in_place->disk_size, err);
}
