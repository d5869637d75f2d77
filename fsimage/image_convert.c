/* SPDX-License-Identifier: Apache-2.0 */
/* One image written as another: extents copied, zeros left as holes. */
#include "forge/base/cancel.h"
#include "forge/base/memory.h"
#include "forge/base/process.h"
#include "forge/base/progress.h"
#include "fsimage/device_file.h"

#include <fcntl.h>
#include <string.h>

enum { COPY_SIZE = 4 << 20, HOLE_SIZE = 64 << 10 }; /* HOLE_SIZE: what a hole is worth, bytes */

struct copy {
    struct device *from, *to;
    char *buffer; /* COPY_SIZE */
    struct progress *progress;
};

static bool all_zero(const char *bytes, size_t count)
{
    return bytes[0] == 0 && memcmp(bytes, bytes + 1, count - 1) == 0;
}

/* Write what is not zero of COUNT bytes: the destination is new and reads as zeros anyway. */
static int write_data(struct copy *copy, size_t count, int64_t offset, struct error **err)
{
    size_t from = 0;
    while (from < count) {
        size_t end = from;
        bool zero = true;
        while (end < count) {
            size_t step = count - end < HOLE_SIZE ? count - end : HOLE_SIZE;
            bool step_zero = all_zero(copy->buffer + end, step);
            if (end == from)
                zero = step_zero;
            else if (step_zero != zero)
                break;
            end += step;
        }
        if (!zero &&
            device_pwrite(copy->to, copy->buffer + from, end - from, offset + (int64_t)from, err))
            return -1;
        from = end;
    }
    return 0;
}

static int copy_extent(void *opaque, const struct extent *extent, struct error **err)
{
    struct copy *copy = opaque;
    int64_t end = extent->offset + extent->length;
    for (int64_t offset = extent->offset; !extent->zero && offset < end;) {
        size_t count = end - offset < COPY_SIZE ? (size_t)(end - offset) : COPY_SIZE;
        if (cancel_check(err) || device_pread(copy->from, copy->buffer, count, offset, err) ||
            write_data(copy, count, offset, err))
            return -1;
        offset += (int64_t)count;
        progress_update(copy->progress, offset);
    }
    progress_update(copy->progress, end);
    return 0;
}

/* The name is taken first: qemu-img overwrites what it finds. */
static struct device *create_qcow2(const char *path, int64_t size, struct error **err)
{
    AUTO_FD int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    AUTO_FREE char *real = fd < 0 ? NULL : realpath(path, NULL);
    if (!real) {
        error_set_errno(err, "creating %s", path);
        return NULL;
    }
    AUTO_FREE char *bytes = xasprintf("%lld", (long long)size);
    const char *const argv[] = { "qemu-img", "create", "-q", "-f", "qcow2", real, bytes, NULL };
    if (process_run(argv, ERROR_HOST, NULL, NULL, err))
        return NULL;
    AUTO(image_close) struct image *image = image_of(real, IMAGE_QCOW2, size);
    return device_open_nbd(image, true, err);
}

static int copy_all(const struct image *from, const char *path, enum image_format format,
                    struct progress *progress, struct error **err)
{
    AUTO(device_close) struct device *source = image_device(from, err);
    if (!source)
        return -1;
    AUTO(device_close)
    struct device *target = format == IMAGE_RAW ? device_create_raw(path, source->size, err)
                                                : create_qcow2(path, source->size, err);
    if (!target)
        return -1;
    AUTO_FREE char *buffer = xcalloc(COPY_SIZE, 1);
    struct copy copy = { .from = source, .to = target, .buffer = buffer, .progress = progress };
    if (device_extents(source, 0, source->size, copy_extent, &copy, err))
        return -1;
    return device_flush(target, err);
}

int image_convert(const struct image *from, const char *path, enum image_format format,
                  struct progress *progress, struct error **err)
{
    progress_begin(progress, "writing the image", from->virtual_size);
    if (copy_all(from, path, format, progress, err))
        return error_wrap(err, "writing %s", path);
    progress_end(progress);
    return 0;
}
