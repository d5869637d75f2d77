/* SPDX-License-Identifier: Apache-2.0 */
/* Reading piece by piece. */
#include "forge/base/device_pieces.h"
#include "forge/base/memory.h"

#include <string.h>

struct pieces_device {
    struct device base;
    struct device *below;
    struct device_piece *pieces;
    size_t count;
};

static int pieces_pread(struct device *device, void *buffer, size_t count, int64_t offset,
                        struct error **err)
{
    const struct pieces_device *all = container_of(device, struct pieces_device, base);
    unsigned char *to = buffer;
    for (size_t i = 0; count && i < all->count; i++) {
        const struct device_piece *piece = &all->pieces[i];
        if (offset >= piece->length) {
            offset -= piece->length;
            continue;
        }
        int64_t left = piece->length - offset;
        size_t some = (int64_t)count < left ? count : (size_t)left;
        if (device_pread(all->below, to, some, piece->offset + offset, err))
            return -1;
        to += some;
        count -= some;
        offset = 0;
    }
    return 0;
}

static void pieces_close(struct device *device)
{
    struct pieces_device *all = container_of(device, struct pieces_device, base);
    free(all->pieces);
    free(all);
}

/* The sum of their lengths; -1 when one is outside of a device of SIZE bytes. */
static int64_t total_length(const struct device_piece *pieces, size_t count, int64_t size)
{
    int64_t total = 0;
    for (size_t i = 0; i < count; i++) {
        int64_t end;
        if (pieces[i].offset < 0 || pieces[i].length < 0 ||
            __builtin_add_overflow(pieces[i].offset, pieces[i].length, &end) || end > size ||
            __builtin_add_overflow(total, pieces[i].length, &total))
            return -1;
    }
    return total;
}

struct device *device_pieces_new(struct device *below, const struct device_piece *pieces,
                                 size_t count, struct error **err)
{
    static const struct device_ops ops = { .pread = pieces_pread, .close = pieces_close };
    int64_t total = total_length(pieces, count, below->size);
    if (total < 0) {
        error_set(err, ERROR_INVALID, "a file system extends beyond the end of the disk");
        return NULL;
    }
    struct pieces_device *all = NEW(struct pieces_device);
    all->base = (struct device){ .ops = &ops, .size = total };
    all->below = below;
    all->pieces = xcalloc(count, sizeof(*pieces));
    all->count = count;
    if (count)
        memcpy(all->pieces, pieces, count * sizeof(*pieces));
    return &all->base;
}
