/* SPDX-License-Identifier: Apache-2.0 */
/* The partition table of a disk that exists: what it holds, and one partition of it made larger or
 * smaller. */
#ifndef FORGE_FSIMAGE_DISK_PARTITION_TABLE_H
#define FORGE_FSIMAGE_DISK_PARTITION_TABLE_H

#include "forge/base/device.h"
#include "fsimage/disk/disk_table.h"

enum partition_scheme { PARTITIONS_NONE, PARTITIONS_MBR, PARTITIONS_GPT };

struct partition {
    unsigned number; /* from 1, as in /dev/sda1 */
    struct disk_area area;
    bool extended; /* holds the logical ones, and no file system */
    bool logical;  /* lies in the extended one */
};

/* Partitions in the order of their places. {0} before; owned. */
struct partition_table {
    enum partition_scheme scheme;
    struct partition *items;
    size_t count;
};

/* Read the table of DISK, whose sectors have 512 bytes. A disk without one has PARTITIONS_NONE.
 * ERROR_INVALID: a table that is damaged, or names places outside the disk. */
MUST_CHECK int partition_table_read(struct device *disk, struct partition_table *out,
                                    struct error **err);

void partition_table_clear(struct partition_table *table);
#define AUTO_PARTITIONS __attribute__((cleanup(partition_table_clear)))

/* The partition that ends last, NULL when there is none. An extended one counts like any other, and
 * ends behind what is in it. Borrowed. */
const struct partition *partition_table_last(const struct partition_table *table);

/* Bytes at the end of a disk that SCHEME wants for itself. */
int64_t partition_scheme_tail(enum partition_scheme scheme);

/* Give partition NUMBER of DISK so many BYTES (whole sectors) from where it begins, on a disk that
 * has DISK_SIZE bytes, not more than DISK itself. A GPT's backup goes to that end. Nothing but the
 * table's own sectors is written, and the boot loader's code among them stays. */
MUST_CHECK int partition_table_resize(struct device *disk, int64_t disk_size, unsigned number,
                                      int64_t bytes, struct error **err);

#endif
