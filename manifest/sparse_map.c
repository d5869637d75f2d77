/* SPDX-License-Identifier: Apache-2.0 */
/* Where an image has data: a map of runs, filled from the device's extents, or with all of it. */
#include "manifest/sparse_map.h"
#include "forge/base/memory.h"

#include <sys/param.h>

void sparse_map_add(struct sparse_map *map, int64_t start, int64_t end, int64_t unit)
{
    start = start / unit * unit;
    end = MIN(map->size, (end + unit - 1) / unit * unit);
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

static int add_extent(void *opaque, const struct extent *extent, struct error **err)
{
    enum { ARCHIVE_BLOCK = 512 };
    (void)err;
    if (!extent->zero)
        sparse_map_add(opaque, extent->offset, extent->offset + extent->length, ARCHIVE_BLOCK);
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
    sparse_map_add(out, 0, size, 1);
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
