/* SPDX-License-Identifier: Apache-2.0 */
/* Find out where an image has data. */
#include "manifest/sparse_map.h"
#include "forge/base/cancel.h"
#include "forge/base/digest.h"
#include "forge/base/memory.h"
#include "manifest/bundle.h"

#include <endian.h>
#include <string.h>

enum { SCAN_CHUNK = 16 * BUNDLE_SPARSE_BLOCK };

struct scan {
    struct device *image;
    struct progress *progress;
    struct sparse_map *map;
    struct digest *data;   /* of all blocks with data, or NULL */
    unsigned char *buffer; /* SCAN_CHUNK bytes */
    int64_t done;          /* all before it has been looked at */
};

static int64_t min64(int64_t a, int64_t b)
{
    return a < b ? a : b;
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

static void hash_number(struct digest *digest, uint64_t number)
{
    uint64_t big_endian = htobe64(number);
    digest_update(digest, &big_endian, sizeof(big_endian));
}

/* Holes are left out: where the data lies says where they are. */
static void hash_block(struct digest *digest, int64_t offset, const void *block, size_t length)
{
    hash_number(digest, (uint64_t)offset);
    hash_number(digest, length);
    digest_update(digest, block, length);
}

/* Add what [START, END) is when widened to whole UNITs. Ranges come in ascending order; once
 * widened they may overlap. */
static void add_range(struct sparse_map *map, int64_t start, int64_t end, int64_t unit)
{
    start = start / unit * unit;
    end = min64(map->size, (end + unit - 1) / unit * unit);
    struct sparse_run *last = map->count ? &map->runs[map->count - 1] : NULL;
    int64_t known = last ? last->offset + last->length : 0;
    if (start < known)
        start = known;
    if (start >= end)
        return;
    map->data += end - start;
    if (last && known == start) {
        last->length += end - start;
        return;
    }
    if (map->count == map->room) {
        map->room = map->room ? 2 * map->room : 64;
        map->runs = xrealloc(map->runs, map->room, sizeof(*map->runs));
    }
    map->runs[map->count++] = (struct sparse_run){ .offset = start, .length = end - start };
}

/* Look at the blocks of [OFFSET, END), whole ones but for the image's last: how many bytes of them,
 * at most SCAN_CHUNK. */
static int64_t scan_chunk(struct scan *scan, int64_t offset, int64_t end, struct error **err)
{
    int64_t stop = min64(end, offset + SCAN_CHUNK);
    if (cancel_check(err) ||
        device_pread(scan->image, scan->buffer, (size_t)(stop - offset), offset, err))
        return -1;
    for (int64_t at = offset; at < stop; at += BUNDLE_SPARSE_BLOCK) {
        size_t length = (size_t)min64(stop - at, BUNDLE_SPARSE_BLOCK);
        const unsigned char *block = scan->buffer + (at - offset);
        if (is_zero(block, length))
            continue;
        add_range(scan->map, at, at + (int64_t)length, BUNDLE_SPARSE_BLOCK);
        if (scan->data)
            hash_block(scan->data, at, block, length);
    }
    return stop - offset;
}

/* Blocks are read whole and once, wherever an extent begins and ends in them. */
static int scan_extent(void *opaque, const struct extent *extent, struct error **err)
{
    struct scan *scan = opaque;
    enum { BLOCK = BUNDLE_SPARSE_BLOCK };
    if (extent->zero || !extent->length)
        return 0;
    int64_t end =
        min64(scan->image->size, (extent->offset + extent->length + BLOCK - 1) / BLOCK * BLOCK);
    int64_t offset = extent->offset / BLOCK * BLOCK;
    if (offset < scan->done)
        offset = scan->done;
    while (offset < end) {
        int64_t count = scan_chunk(scan, offset, end, err);
        if (count < 0)
            return -1;
        scan->done = offset += count;
        progress_update(scan->progress, offset);
    }
    return 0;
}

int sparse_map_scan(struct device *image, struct progress *progress, struct sparse_map *out,
                    struct digest *content, struct error **err)
{
    AUTO_FREE unsigned char *buffer = xcalloc(1, SCAN_CHUNK);
    struct scan scan = {
        .image = image, .progress = progress, .map = out, .data = content, .buffer = buffer
    };
    out->size = image->size;
    if (content)
        hash_number(content, (uint64_t)image->size);
    progress_begin(progress, "looking for holes", image->size);
    int result = device_extents(image, 0, image->size, scan_extent, &scan, err);
    progress_end(progress);
    return result;
}

static int add_extent(void *opaque, const struct extent *extent, struct error **err)
{
    enum { ARCHIVE_BLOCK = 512 };
    (void)err;
    if (!extent->zero)
        add_range(opaque, extent->offset, extent->offset + extent->length, ARCHIVE_BLOCK);
    return 0;
}

int sparse_map_of_extents(struct device *image, struct sparse_map *out, struct error **err)
{
    out->size = image->size;
    return device_extents(image, 0, image->size, add_extent, out, err);
}

void sparse_map_of_data(int64_t size, struct sparse_map *out)
{
    out->size = size;
    add_range(out, 0, size, 1);
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
