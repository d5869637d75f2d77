/* SPDX-License-Identifier: Apache-2.0 */
/* Every request is cut at the edges of the masked areas; what lies within is never read. */
#include "fsimage/image/device_mask.h"
#include "forge/base/memory.h"

#include <string.h>

struct mask_device {
    struct device base;
    struct device *below;
    struct area_list areas;
};

static struct mask_device *mask_of(struct device *device)
{
    return container_of(device, struct mask_device, base);
}

/* The piece of OFFSET..END that begins at OFFSET and is masked, or is not, as a whole. INDEX is
 * that of the first area that ends behind OFFSET, and moves on. */
static struct extent next_piece(const struct mask_device *mask, size_t *index, int64_t offset,
                                int64_t end)
{
    const struct disk_area *area = *index < mask->areas.count ? &mask->areas.items[*index] : NULL;
    bool masked = area && area->offset <= offset;
    int64_t edge = !area ? end : masked ? area->offset + area->size : area->offset;
    if (masked && edge <= end)
        ++*index;
    if (edge > end)
        edge = end;
    return (struct extent){ .offset = offset, .length = edge - offset, .zero = masked };
}

static int mask_pread(struct device *device, void *buffer, size_t count, int64_t offset,
                      struct error **err)
{
    struct mask_device *mask = mask_of(device);
    int64_t end = offset + (int64_t)count;
    size_t index = area_list_find(&mask->areas, offset);
    while (offset < end) {
        struct extent piece = next_piece(mask, &index, offset, end);
        if (piece.zero)
            memset(buffer, 0, (size_t)piece.length);
        else if (device_pread(mask->below, buffer, (size_t)piece.length, offset, err))
            return -1;
        buffer = (char *)buffer + piece.length;
        offset += piece.length;
    }
    return 0;
}

/* Hands on the extents from below, cut at the mask. */
struct walk {
    const struct mask_device *mask;
    extent_visitor *visit;
    void *opaque;
};

static int visit_below(void *opaque, const struct extent *extent, struct error **err)
{
    const struct walk *walk = opaque;
    int64_t offset = extent->offset, end = offset + extent->length;
    size_t index = area_list_find(&walk->mask->areas, offset);
    if (extent->zero)
        return walk->visit(walk->opaque, extent, err);
    while (offset < end) {
        struct extent piece = next_piece(walk->mask, &index, offset, end);
        int result = walk->visit(walk->opaque, &piece, err);
        if (result)
            return result;
        offset += piece.length;
    }
    return 0;
}

static int mask_extents(struct device *device, int64_t offset, int64_t length,
                        extent_visitor *visit, void *opaque, struct error **err)
{
    struct mask_device *mask = mask_of(device);
    struct walk walk = { .mask = mask, .visit = visit, .opaque = opaque };
    return device_extents(mask->below, offset, length, visit_below, &walk, err);
}

static void mask_close(struct device *device)
{
    struct mask_device *mask = mask_of(device);
    device_close(mask->below);
    area_list_clear(&mask->areas);
    free(mask);
}

struct device *device_mask_new(struct device *device, struct area_list *areas)
{
    static const struct device_ops ops = {
        .pread = mask_pread,
        .extents = mask_extents,
        .close = mask_close,
    };
    struct mask_device *mask = NEW(struct mask_device);
    mask->base = (struct device){ .ops = &ops, .size = device->size };
    mask->below = device;
    mask->areas = *areas;
    *areas = (struct area_list){ 0 };
    return &mask->base;
}
