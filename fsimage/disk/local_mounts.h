/* SPDX-License-Identifier: Apache-2.0 */
/* What is mounted on this host, and what the file systems themselves say. */
#ifndef FORGE_FSIMAGE_DISK_LOCAL_MOUNTS_H
#define FORGE_FSIMAGE_DISK_LOCAL_MOUNTS_H

#include "fsimage/disk/disk_table.h"

#include <stddef.h>

struct local_mount {
    char *device, *point, *type; /* owned; as the kernel names them, blanks decoded */
};

/* In the order of the table; of several at one mount point the last is seen. */
struct local_mounts {
    struct local_mount *items;
    size_t count;
};

/* The mount table in the file TABLE, such as /proc/self/mounts (fstab(5)'s format). */
MUST_CHECK int local_mounts_read(const char *table, struct local_mounts *mounts,
                                 struct error **err);

/* What is seen at POINT, or NULL. Borrowed. */
const struct local_mount *local_mounts_find(const struct local_mounts *mounts, const char *point);

void local_mounts_clear(struct local_mounts *mounts);
#define AUTO_LOCAL_MOUNTS __attribute__((cleanup(local_mounts_clear)))

/* Of a file system on a block device. NULL: none, or not known. Owned. */
struct local_facts {
    char *type, *label, *uuid;
    enum disk_layout table; /* of the disk that the device is a partition of; DISK_ROOTFS when it
                               is a whole disk; DISK_KEEP when that is not known */
};

/* Read them from DEVICE by libblkid; needs the right to read it (ERROR_USAGE). */
MUST_CHECK int local_facts_read(const char *device, struct local_facts *facts, struct error **err);

void local_facts_clear(struct local_facts *facts);
#define AUTO_LOCAL_FACTS __attribute__((cleanup(local_facts_clear)))

#endif
