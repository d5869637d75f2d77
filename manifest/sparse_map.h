/* SPDX-License-Identifier: Apache-2.0 */
/* Where an image has data: by its content, by what its device says, or everywhere. */
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

struct digest;
struct bundle_stats;

/* Add [START, END), widened to whole UNITs but not beyond the size. Ranges come in ascending order;
 * once widened they may overlap. */
void sparse_map_add(struct sparse_map *map, int64_t start, int64_t end, int64_t unit);

/* Map IMAGE: blocks of BUNDLE_SPARSE_BLOCK bytes that hold nothing but zeros are holes, whatever
 * the device calls them; only blocks in which it calls something data are read, by a thread of its
 * own, and looked at by THREADS others (at least 1). OUT is {0} before. CONTENT, unless NULL, is
 * fed what is the same for the same content from any device: the size, then each block with data
 * behind its offset and length (64 bits each, big-endian). STATS receives what it took. */
MUST_CHECK int sparse_map_scan(struct device *image, unsigned threads, struct progress *progress,
                               struct sparse_map *out, struct digest *content,
                               struct bundle_stats *stats, struct error **err);

/* Map IMAGE by its device's own extents, nothing is read. Ranges are widened to whole 512 byte
 * blocks, the archive's unit. OUT is {0} before. */
MUST_CHECK int sparse_map_of_extents(struct device *image, struct sparse_map *out,
                                     struct error **err);

/* Map SIZE bytes as data. OUT is {0} before. */
void sparse_map_of_data(int64_t size, struct sparse_map *out);

bool sparse_map_is_dense(const struct sparse_map *map); /* no hole */

void sparse_map_clear(struct sparse_map *map);
#define AUTO_SPARSE_MAP __attribute__((cleanup(sparse_map_clear)))

#endif
