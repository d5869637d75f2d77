/* SPDX-License-Identifier: Apache-2.0 */
/* Walks the partitions of a disk and asks each for what it is. */
#include "fsimage/disk/disk_free.h"
#include "forge/base/memory.h"
#include "fsimage/disk/file_system_probe.h"
#include "fsimage/disk/partition_table.h"
#include "fsimage/ext/ext_free.h"

#include <string.h>

static bool is_one_of(const char *type, const char *const names[])
{
    for (; type && *names; names++)
        if (strcmp(type, *names) == 0)
            return true;
    return false;
}

/* Called with each place of the disk that may hold a file system. */
typedef int place_visitor(struct device *disk, const struct disk_area *area, const char *type,
                          void *opaque, struct error **err);

static int visit_place(struct device *disk, const struct disk_area *area, place_visitor *visit,
                       void *opaque, struct error **err)
{
    AUTO_FREE char *type = NULL;
    return file_system_probe(disk, area, &type, err) || visit(disk, area, type, opaque, err) ? -1
                                                                                             : 0;
}

static int visit_all(struct device *disk, place_visitor *visit, void *opaque, struct error **err)
{
    AUTO_PARTITIONS struct partition_table table = { 0 };
    if (partition_table_read(disk, &table, err))
        return -1;
    struct disk_area whole = { 0, disk->size };
    if (table.scheme == PARTITIONS_NONE)
        return visit_place(disk, &whole, visit, opaque, err);
    int64_t end = 0;
    for (size_t i = 0; i < table.count; i++) {
        const struct partition *partition = &table.items[i];
        if (partition->extended)
            continue;
        if (partition->area.offset < end)
            return error_set(err, ERROR_INVALID, "partition %u overlaps another",
                             partition->number);
        end = partition->area.offset + partition->area.size;
        if (visit_place(disk, &partition->area, visit, opaque, err))
            return error_wrap(err, "partition %u", partition->number);
    }
    return 0;
}

static int add_free(struct device *disk, const struct disk_area *area, const char *type,
                    void *opaque, struct error **err)
{
    static const char *const ext[] = { "ext2", "ext3", "ext4", NULL };
    return is_one_of(type, ext) ? ext_free_find(disk, area, opaque, err) : 0;
}

int disk_free_find(struct device *disk, struct area_list *out, struct error **err)
{
    return visit_all(disk, add_free, out, err);
}

static int note_other(struct device *disk, const struct disk_area *area, const char *type,
                      void *opaque, struct error **err)
{
    static const char *const others[] = { "xfs", "btrfs", "f2fs", "LVM2_member", NULL };
    (void)disk, (void)area, (void)err;
    *(bool *)opaque |= is_one_of(type, others);
    return 0;
}

int disk_wants_trim(struct device *disk, bool *found, struct error **err)
{
    *found = false;
    return visit_all(disk, note_other, found, err);
}
