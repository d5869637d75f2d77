/* SPDX-License-Identifier: Apache-2.0 */
/* The mount table by getmntent(3), file systems by libblkid. */
#include "fsimage/disk/local_mounts.h"
#include "forge/base/memory.h"
#include "forge/base/strings.h"

#include <blkid.h>
#include <fcntl.h>
#include <mntent.h>
#include <string.h>

int local_mounts_read(const char *table, struct local_mounts *mounts, struct error **err)
{
    enum { LINE_MAX_BYTES = 64 << 10 };
    FILE *file = setmntent(table, "re");
    if (!file)
        return error_set_errno(err, "reading the mount table %s", table);
    AUTO_FREE char *buffer = xcalloc(1, LINE_MAX_BYTES);
    struct mntent entry;
    while (getmntent_r(file, &entry, buffer, LINE_MAX_BYTES)) {
        mounts->items = xrealloc(mounts->items, mounts->count + 1, sizeof(*mounts->items));
        mounts->items[mounts->count++] = (struct local_mount){
            .device = xstrdup(entry.mnt_fsname),
            .point = xstrdup(entry.mnt_dir),
            .type = xstrdup(entry.mnt_type),
        };
    }
    endmntent(file);
    return 0;
}

const struct local_mount *local_mounts_find(const struct local_mounts *mounts, const char *point)
{
    for (size_t i = mounts->count; i-- > 0;)
        if (strcmp(mounts->items[i].point, point) == 0)
            return &mounts->items[i];
    return NULL;
}

void local_mounts_clear(struct local_mounts *mounts)
{
    for (size_t i = 0; i < mounts->count; i++) {
        free(mounts->items[i].device);
        free(mounts->items[i].point);
        free(mounts->items[i].type);
    }
    free(mounts->items);
    *mounts = (struct local_mounts){ 0 };
}

/* -- facts -- */

DEFINE_CLEANUP(blkid_probe, blkid_free_probe)

/* Owned, or NULL. */
static char *value_of(blkid_probe probe, const char *name)
{
    const char *value = NULL;
    return blkid_probe_lookup_value(probe, name, &value, NULL) == 0 ? xstrdup(value) : NULL;
}

/* Device mapper makes a disk of its own of each volume: what lies beneath has no one table. */
static enum disk_layout table_of(blkid_probe probe, const char *device)
{
    AUTO_FREE char *scheme = value_of(probe, "PART_ENTRY_SCHEME");
    if (scheme && strcmp(scheme, "dos") == 0)
        return DISK_MBR;
    if (scheme && strcmp(scheme, "gpt") == 0)
        return DISK_GPT;
    bool mapped = starts_with(device, "/dev/mapper/") || starts_with(device, "/dev/dm-");
    return scheme || mapped ? DISK_KEEP : DISK_ROOTFS;
}

int local_facts_read(const char *device, struct local_facts *facts, struct error **err)
{
    AUTO_FD int fd = open(device, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return error_set_errno_cause(err, ERROR_USAGE, "opening %s", device);
    AUTO(blkid_free_probe) blkid_probe probe = blkid_new_probe();
    if (!probe || blkid_probe_set_device(probe, fd, 0, 0) ||
        blkid_probe_enable_superblocks(probe, 1) || blkid_probe_enable_partitions(probe, 1) ||
        blkid_probe_set_partitions_flags(probe, BLKID_PARTS_ENTRY_DETAILS) ||
        blkid_do_safeprobe(probe) < 0)
        return error_set(err, ERROR_INVALID, "it is not clear what is on %s", device);
    *facts = (struct local_facts){
        .type = value_of(probe, "TYPE"),
        .label = value_of(probe, "LABEL"),
        .uuid = value_of(probe, "UUID"),
        .table = table_of(probe, device),
    };
    return 0;
}

void local_facts_clear(struct local_facts *facts)
{
    free(facts->type);
    free(facts->label);
    free(facts->uuid);
    *facts = (struct local_facts){ 0 };
}
