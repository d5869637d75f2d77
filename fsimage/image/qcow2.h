/* SPDX-License-Identifier: Apache-2.0 */
/* What a qcow2 file says of itself, read by us: qemu follows it before it can be asked. */
#ifndef FORGE_FSIMAGE_IMAGE_QCOW2_H
#define FORGE_FSIMAGE_IMAGE_QCOW2_H

#include "forge/base/error.h"

#include <stdbool.h>
#include <stdint.h>

/* The header and the extensions that matter here; strings are owned, NULL when absent. */
struct qcow2 {
    char *backing_file;   /* as recorded: relative to the image, or not a path at all */
    char *backing_format; /* "raw", "qcow2", ...; NULL when not recorded */
    int64_t virtual_size;
    uint64_t l1_offset;
    uint32_t l1_entries;
    unsigned cluster_bits;
    unsigned snapshots;
    bool data_file;   /* the guest's bytes are in another file */
    bool encrypted;   /* LUKS or the old AES */
    bool corrupt;     /* qemu marked it so */
    bool extended_l2; /* entries of 16 bytes, clusters allocated in parts */
};

/* True when FD starts with the magic of qcow2. */
bool qcow2_has_magic(int fd);

/* Read and check the header of FD, called NAME in messages; ERROR_INVALID when it makes no sense.
 * Clear OUT with qcow2_clear, also after a failure. */
MUST_CHECK int qcow2_read(int fd, const char *name, struct qcow2 *out, struct error **err);

/* ERROR_INVALID when a cluster lies beyond the end of the file, which qemu reads as zeros. */
MUST_CHECK int qcow2_check_complete(int fd, const char *name, const struct qcow2 *header,
                                    struct error **err);

void qcow2_clear(struct qcow2 *header);
#define AUTO_QCOW2 __attribute__((cleanup(qcow2_clear)))

#endif
