/* SPDX-License-Identifier: Apache-2.0 */
/* Writing what is not zero. */
#include "forge/base/device_fresh.h"
#include "forge/base/memory.h"

#include <string.h>

enum { PAGE = 4096 };

struct fresh_device {
    struct device base;
    struct device *below;
    bool keep_zeros;
};

static struct device *below_of(struct device *device)
{
    return container_of(device, struct fresh_device, base)->below;
}

/* Where the run of whole pages of one kind ends that begins at BYTES[FROM], which is at OFFSET +
 * FROM of the device; *ZERO tells the kind. */
static size_t run_end(const unsigned char *bytes, size_t count, int64_t offset, size_t from,
                      bool *zero)
{
    size_t end = from;
    while (end < count) {
        size_t page = PAGE - (size_t)((offset + (int64_t)end) % PAGE);
        if (page > count - end)
            page = count - end;
        bool page_zero = is_all_zero(bytes + end, page);
        if (end == from)
            *zero = page_zero;
        else if (page_zero != *zero)
            break;
        end += page;
    }
    return end;
}

/* Runs of zeros that are too short for a hole are written with the data around them. */
static int fresh_pwrite(struct device *device, const void *buffer, size_t count, int64_t offset,
                        struct error **err)
{
    const struct fresh_device *fresh = container_of(device, struct fresh_device, base);
    const unsigned char *bytes = buffer;
    size_t data = 0; /* where what is to be written begins */
    for (size_t at = 0, end; at < count && !fresh->keep_zeros; at = end) {
        bool zero = false;
        end = run_end(bytes, count, offset, at, &zero);
        if (!zero || (end - at < DEVICE_FRESH_HOLE && end - at < count))
            continue;
        if (at > data &&
            device_pwrite(fresh->below, bytes + data, at - data, offset + (int64_t)data, err))
            return -1;
        data = end;
    }
    return device_pwrite(fresh->below, bytes + data, count - data, offset + (int64_t)data, err);
}

static int fresh_zero(struct device *device, int64_t offset, int64_t length, struct error **err)
{
    (void)device, (void)offset, (void)length, (void)err;
    return 0;
}

static int fresh_pread(struct device *device, void *buffer, size_t count, int64_t offset,
                       struct error **err)
{
    return device_pread(below_of(device), buffer, count, offset, err);
}

static int fresh_flush(struct device *device, struct error **err)
{
    return device_flush(below_of(device), err);
}

static void fresh_close(struct device *device)
{
    struct fresh_device *fresh = container_of(device, struct fresh_device, base);
    device_close(fresh->below);
    free(fresh);
}

static const struct device_ops fresh_ops = {
    .pread = fresh_pread,
    .pwrite = fresh_pwrite,
    .zero = fresh_zero,
    .flush = fresh_flush,
    .close = fresh_close,
};

struct device *device_fresh_new(struct device *below, bool keep_zeros)
{
    if (!below)
        return NULL;
    struct fresh_device *fresh = NEW(struct fresh_device);
    fresh->base = (struct device){ .ops = &fresh_ops, .size = below->size };
    fresh->below = below;
    fresh->keep_zeros = keep_zeros;
    return &fresh->base;
}
