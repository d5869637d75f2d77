/* SPDX-License-Identifier: Apache-2.0 */
/* A disk that keeps its layout and changes its size: the root file system, the partition that it is
 * in, the table's end. All of it happens on an overlay, around one guest session. */
#ifndef FORGE_BUILD_IN_PLACE_H
#define FORGE_BUILD_IN_PLACE_H

#include "forge/build/layout.h"
#include "fsimage/guest/guest.h"
#include "fsimage/image/overlay.h"

/* {0} before; nothing to clear. */
struct in_place {
    int64_t disk_size;     /* now, and as it will be */
    unsigned number;       /* of the last partition; 0: there is no table */
    struct disk_area area; /* of it, or all of the disk */
    int64_t tail;          /* bytes that the table wants behind it */
};

/* Before the session: make OVERLAY and its last partition large enough for what REQUEST may come
 * to. ERROR_INVALID: a disk of which no partition can change its size, with the reason. */
MUST_CHECK int in_place_begin(struct in_place *in_place, const struct layout_request *request,
                              struct overlay *overlay, struct error **err);

/* At the end of the session: resize the root file system; GUEST can only be shut down then. */
MUST_CHECK int in_place_resize(struct in_place *in_place, const struct layout_request *request,
                               struct guest *guest, struct error **err);

/* After the session: make partition and disk as large as was decided. */
MUST_CHECK int in_place_finish(const struct in_place *in_place, struct overlay *overlay,
                               struct error **err);

#endif
