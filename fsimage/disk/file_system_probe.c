/* SPDX-License-Identifier: Apache-2.0 */
/* libblkid on a file in memory that has an area's two ends, where all kinds have their signatures.
 */
#include "fsimage/disk/file_system_probe.h"
#include "forge/base/memory.h"

#include <blkid.h>
#include <sys/mman.h>

enum { END_SIZE = 1 << 20 };

DEFINE_CLEANUP(blkid_probe, blkid_free_probe)

static int copy_end(struct device *device, const struct disk_area *area, int64_t at, int fd,
                    struct error **err)
{
    if (at < 0)
        at = 0;
    size_t count = area->size - at < END_SIZE ? (size_t)(area->size - at) : END_SIZE;
    AUTO_FREE char *bytes = xcalloc(count, 1);
    if (device_pread(device, bytes, count, area->offset + at, err))
        return -1;
    if (pwrite(fd, bytes, count, at) != (ssize_t)count)
        return error_set_errno(err, "copying the ends of a partition");
    return 0;
}

int file_system_probe(struct device *device, const struct disk_area *area, char **type,
                      struct error **err)
{
    *type = NULL;
    AUTO_FD int fd = memfd_create("partition", MFD_CLOEXEC);
    if (fd < 0 || ftruncate(fd, area->size))
        return error_set_errno(err, "making a file in memory");
    if (copy_end(device, area, 0, fd, err) ||
        copy_end(device, area, area->size - END_SIZE, fd, err))
        return -1;
    AUTO(blkid_free_probe) blkid_probe probe = blkid_new_probe();
    if (!probe || blkid_probe_set_device(probe, fd, 0, 0) ||
        blkid_probe_set_superblocks_flags(probe, BLKID_SUBLKS_TYPE))
        return error_set(err, ERROR_FAILED, "libblkid gives no probe");
    const char *found = NULL;
    if (blkid_do_safeprobe(probe) == 0 &&
        blkid_probe_lookup_value(probe, "TYPE", &found, NULL) == 0)
        *type = xstrdup(found);
    return 0;
}
