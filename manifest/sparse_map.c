/* SPDX-License-Identifier: Apache-2.0 */
/* Scan an image for blocks of zeros. */
#include "manifest/sparse_map.h"
#include "forge/base/cancel.h"
#include "forge/base/memory.h"
#include "manifest/bundle.h"

#include <string.h>

enum { SCAN_CHUNK = 16 * BUNDLE_SPARSE_BLOCK };

struct scan {
    struct device *image;
    struct progress *progress;
    struct sparse_map *map;
    unsigned char *buffer; /* SCAN_CHUNK bytes */
};

static int64_t min64(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* The start of the block after the one that OFFSET lies in, or of the COUNT-th after it. */
static int64_t next_boundary(int64_t offset, int64_t count)
{
    return (offset / BUNDLE_SPARSE_BLOCK + count) * BUNDLE_SPARSE_BLOCK;
}

/* Comparing the bytes with themselves, shifted, runs at the speed of memcmp(3). */
static bool is_zero(const unsigned char *bytes, size_t count)
{
    enum { HEAD = 16 };
    for (size_t i = 0; i < count && i < HEAD; i++) {
        if (bytes[i])
            return false;
    }
    return count <= HEAD || memcmp(bytes, bytes + HEAD, count - HEAD) == 0;
}

/* The block that OFFSET lies in has data. Blocks come in ascending order, some more than once. */
static void add_block(struct sparse_map *map, int64_t offset)
{
    int64_t start = offset / BUNDLE_SPARSE_BLOCK * BUNDLE_SPARSE_BLOCK;
    int64_t length = min64(BUNDLE_SPARSE_BLOCK, map->size - start);
    struct sparse_run *last = map->count ? &map->runs[map->count - 1] : NULL;
    if (last && last->offset + last->length > start)
        return;
    map->data += length;
    if (last && last->offset + last->length == start) {
        last->length += length;
        return;
    }
    if (map->count == map->room) {
        map->room = map->room ? 2 * map->room : 64;
        map->runs = xrealloc(map->runs, map->room, sizeof(*map->runs));
    }
    map->runs[map->count++] = (struct sparse_run){ .offset = start, .length = length };
}

/* Read up to SCAN_CHUNK bytes at OFFSET, ending at a block's boundary or at END: how many. */
static int64_t scan_chunk(struct scan *scan, int64_t offset, int64_t end, struct error **err)
{
    int64_t stop = min64(end, next_boundary(offset, SCAN_CHUNK / BUNDLE_SPARSE_BLOCK));
    if (cancel_check(err) ||
        device_pread(scan->image, scan->buffer, (size_t)(stop - offset), offset, err))
        return -1;
    for (int64_t at = offset; at < stop;) {
        int64_t piece = min64(stop, next_boundary(at, 1)) - at;
        if (!is_zero(scan->buffer + (at - offset), (size_t)piece))
            add_block(scan->map, at);
        at += piece;
    }
    return stop - offset;
}

static int scan_extent(void *opaque, const struct extent *extent, struct error **err)
{
    struct scan *scan = opaque;
    int64_t offset = extent->offset, end = extent->offset + extent->length;
    while (!extent->zero && offset < end) {
        int64_t done = scan_chunk(scan, offset, end, err);
        if (done < 0)
            return -1;
        offset += done;
        progress_update(scan->progress, offset);
    }
    return 0;
}

int sparse_map_scan(struct device *image, struct progress *progress, struct sparse_map *out,
                    struct error **err)
{
    AUTO_FREE unsigned char *buffer = xcalloc(1, SCAN_CHUNK);
    struct scan scan = { .image = image, .progress = progress, .map = out, .buffer = buffer };
    out->size = image->size;
    progress_begin(progress, "looking for holes", image->size);
    int result = device_extents(image, 0, image->size, scan_extent, &scan, err);
    progress_end(progress);
    return result;
}

bool sparse_map_is_dense(const struct sparse_map *map)
{
    return map->data == map->size;
}

void sparse_map_clear(struct sparse_map *map)
{
    free(map->runs);
    *map = (struct sparse_map){ 0 };
}
