/* SPDX-License-Identifier: Apache-2.0 */
/* The file systems that an open guest has mounted, and where they lie on its disk. */
#ifndef FORGE_FSIMAGE_GUEST_GUEST_MOUNTS_H
#define FORGE_FSIMAGE_GUEST_GUEST_MOUNTS_H

#include "forge/base/device_pieces.h"
#include "fsimage/guest/guest.h"

struct guest_mount {
    char *point, *device, *type;
    char *label, *uuid; /* NULL when there is none */
    int64_t offset; /* bytes from the image's beginning; -1: on a volume, not a plain partition */
    int64_t size;   /* bytes */
    struct device_piece *pieces; /* of the image that it lies in, one behind the other; NULL: */
    size_t piece_count;          /* not known */
};

/* Owned, "/" first; strings from the guest are not trusted. {0} before. */
struct guest_mounts {
    struct guest_mount *items;
    size_t count;
};

MUST_CHECK int guest_mounts_read(struct guest *guest, struct guest_mounts *out, struct error **err);

void guest_mounts_clear(struct guest_mounts *mounts);
#define AUTO_MOUNTS __attribute__((cleanup(guest_mounts_clear)))

#endif
