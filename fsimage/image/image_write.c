/* SPDX-License-Identifier: Apache-2.0 */
/* A device written as an image: extents copied, zeros left as holes. */
#include "forge/base/cancel.h"
#include "forge/base/memory.h"
#include "forge/base/progress.h"
#include "fsimage/image/image.h"

enum { COPY_SIZE = 4 << 20 };

struct copy {
    struct device *from, *to;
    char *buffer; /* COPY_SIZE */
    struct progress *progress;
};

static int copy_extent(void *opaque, const struct extent *extent, struct error **err)
{
    struct copy *copy = opaque;
    int64_t end = extent->offset + extent->length;
    for (int64_t offset = extent->offset; !extent->zero && offset < end;) {
        size_t count = end - offset < COPY_SIZE ? (size_t)(end - offset) : COPY_SIZE;
        if (cancel_check(err) || device_pread(copy->from, copy->buffer, count, offset, err) ||
            device_pwrite(copy->to, copy->buffer, count, offset, err))
            return -1;
        offset += (int64_t)count;
        progress_update(copy->progress, offset);
    }
    progress_update(copy->progress, end);
    return 0;
}

static int copy_all(struct device *source, const char *path, enum image_format format,
                    struct progress *progress, struct error **err)
{
    AUTO(device_close)
    struct device *target = device_create(path, format, source->size, false, err);
    if (!target)
        return -1;
    AUTO_FREE char *buffer = xcalloc(COPY_SIZE, 1);
    struct copy copy = { .from = source, .to = target, .buffer = buffer, .progress = progress };
    if (device_extents(source, 0, source->size, copy_extent, &copy, err))
        return -1;
    return device_flush(target, err);
}

int image_write(struct device *from, const char *path, enum image_format format,
                struct progress *progress, struct error **err)
{
    progress_begin(progress, "writing the image", from->size);
    if (copy_all(from, path, format, progress, err))
        return error_wrap(err, "writing %s", path);
    progress_end(progress);
    return 0;
}
