/* SPDX-License-Identifier: Apache-2.0 */
/* A pipe as a device: bytes in ascending order only, gaps filled with zeros. */
#include "forge/base/memory.h"
#include "fsimage/image/image.h"

struct stream_device {
    struct device base;
    int64_t written; /* everything before it has gone out */
    int fd;
};

static struct stream_device *stream_of(struct device *device)
{
    return container_of(device, struct stream_device, base);
}

static int put(struct stream_device *stream, const void *buffer, size_t count, struct error **err)
{
    while (count) {
        ssize_t gone = write(stream->fd, buffer, count);
        if (gone < 0 && errno == EINTR)
            continue;
        if (gone < 0)
            return error_set_errno(err, "writing the image");
        buffer = (const char *)buffer + gone;
        count -= (size_t)gone;
        stream->written += gone;
    }
    return 0;
}

static int put_zeros_up_to(struct stream_device *stream, int64_t offset, struct error **err)
{
    static const char zeros[64 << 10];
    while (stream->written < offset) {
        int64_t left = offset - stream->written;
        if (put(stream, zeros, left < (int64_t)sizeof(zeros) ? (size_t)left : sizeof(zeros), err))
            return -1;
    }
    return 0;
}

static int go_to(struct stream_device *stream, int64_t offset, struct error **err)
{
    if (offset < stream->written)
        return error_set(err, ERROR_FAILED, "a stream cannot go back to byte %lld",
                         (long long)offset);
    return put_zeros_up_to(stream, offset, err);
}

static int stream_pread(struct device *device, void *buffer, size_t count, int64_t offset,
                        struct error **err)
{
    (void)device, (void)buffer, (void)count, (void)offset;
    return error_set(err, ERROR_FAILED, "a stream cannot be read back");
}

static int stream_pwrite(struct device *device, const void *buffer, size_t count, int64_t offset,
                         struct error **err)
{
    struct stream_device *stream = stream_of(device);
    return go_to(stream, offset, err) ? -1 : put(stream, buffer, count, err);
}

/* Zeros wait until something follows them. */
static int stream_zero(struct device *device, int64_t offset, int64_t length, struct error **err)
{
    (void)length;
    return go_to(stream_of(device), offset, err);
}

/* The image is complete: what was not written is a hole at its end. */
static int stream_flush(struct device *device, struct error **err)
{
    return put_zeros_up_to(stream_of(device), device->size, err);
}

static void stream_close(struct device *device)
{
    free(stream_of(device));
}

static const struct device_ops stream_ops = {
    .pread = stream_pread,
    .pwrite = stream_pwrite,
    .zero = stream_zero,
    .flush = stream_flush,
    .close = stream_close,
};

struct device *device_stream(int fd, int64_t size)
{
    struct stream_device *stream = NEW(struct stream_device);
    stream->base = (struct device){ .ops = &stream_ops, .size = size };
    stream->fd = fd;
    return &stream->base;
}
