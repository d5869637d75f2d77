/* SPDX-License-Identifier: Apache-2.0 */
/* Where an image has data, found in its content. */
#ifndef FORGE_MANIFEST_SPARSE_MAP_H
#define FORGE_MANIFEST_SPARSE_MAP_H

#include "forge/base/device.h"
#include "forge/base/progress.h"

struct sparse_run {
    int64_t offset;
    int64_t length; /* > 0 */
};

/* Runs of data in ascending order, with holes between them; {0} is an empty image. */
struct sparse_map {
    int64_t size; /* of the image */
    int64_t data; /* sum of all runs */
    struct sparse_run *runs;
    size_t count, room;
};

/* Map IMAGE: blocks of BUNDLE_SPARSE_BLOCK bytes that hold nothing but zeros are holes, whatever
 * the device calls them; only what it calls data is read. OUT is {0} before. */
MUST_CHECK int sparse_map_scan(struct device *image, struct progress *progress,
                               struct sparse_map *out, struct error **err);

bool sparse_map_is_dense(const struct sparse_map *map); /* no hole */

void sparse_map_clear(struct sparse_map *map);
#define AUTO_SPARSE_MAP __attribute__((cleanup(sparse_map_clear)))

#endif
