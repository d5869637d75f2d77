/* SPDX-License-Identifier: Apache-2.0 */
/* A raw image as a device: pread, pwrite, and the file system's knowledge of holes. */
#include "forge/base/memory.h"
#include "fsimage/image/device_file.h"

#include <fcntl.h>
#include <limits.h>
#include <linux/falloc.h>
#include <string.h>
#include <sys/stat.h>

struct raw_device {
    struct device base;
    char *path;
    int fd;
    int64_t begun, end; /* what was written and is not on its way to the disk yet; ascending */
};

static struct raw_device *raw_of(struct device *device)
{
    return container_of(device, struct raw_device, base);
}

static int raw_pread(struct device *device, void *buffer, size_t count, int64_t offset,
                     struct error **err)
{
    struct raw_device *raw = raw_of(device);
    while (count) {
        ssize_t got = pread(raw->fd, buffer, count, offset);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return error_set_errno(err, "reading %s at byte %lld", raw->path, (long long)offset);
        if (got == 0)
            return error_set(err, ERROR_FAILED, "%s became shorter while it was being read",
                             raw->path);
        buffer = (char *)buffer + got;
        offset += got;
        count -= (size_t)got;
    }
    return 0;
}

/* Start writing back while more is made, so that the flush at the end has little left to wait for.
 * It is a hint: a file system without it loses nothing. */
static void write_behind(struct raw_device *raw, int64_t offset, int64_t count)
{
    enum { ENOUGH = 8 << 20 };
    if (offset < raw->begun || offset > raw->end + ENOUGH)
        raw->begun = offset;
    raw->end = offset + count;
    if (raw->end - raw->begun < ENOUGH)
        return;
    (void)sync_file_range(raw->fd, raw->begun, raw->end - raw->begun, SYNC_FILE_RANGE_WRITE);
    raw->begun = raw->end;
}

static int raw_pwrite(struct device *device, const void *buffer, size_t count, int64_t offset,
                      struct error **err)
{
    struct raw_device *raw = raw_of(device);
    write_behind(raw, offset, (int64_t)count);
    while (count) {
        ssize_t put = pwrite(raw->fd, buffer, count, offset);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return error_set_errno(err, "writing %s at byte %lld", raw->path, (long long)offset);
        buffer = (const char *)buffer + put;
        offset += put;
        count -= (size_t)put;
    }
    return 0;
}

static int raw_zero(struct device *device, int64_t offset, int64_t length, struct error **err)
{
    static const char zeros[64 << 10];
    struct raw_device *raw = raw_of(device);
    if (fallocate(raw->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, offset, length) == 0)
        return 0;
    if (errno != EOPNOTSUPP && errno != ENODEV && errno != EINVAL)
        return error_set_errno(err, "making a hole in %s", raw->path);
    while (length) {
        size_t count = length < (int64_t)sizeof(zeros) ? (size_t)length : sizeof(zeros);
        if (raw_pwrite(device, zeros, count, offset, err))
            return -1;
        offset += (int64_t)count;
        length -= (int64_t)count;
    }
    return 0;
}

/* The next offset of KIND, at most END: no more of it means END; no support for holes means that
 * all is data. */
static int64_t seek_to(const struct raw_device *raw, int64_t offset, int kind, int64_t end)
{
    int64_t found = lseek(raw->fd, offset, kind);
    if (found < 0)
        found = errno == ENXIO || kind == SEEK_HOLE ? end : offset;
    return found < end ? found : end;
}

/* lseek moves an offset that nobody else uses, so that threads do not disturb each other. */
static int raw_extents(struct device *device, int64_t offset, int64_t length, extent_visitor *visit,
                       void *opaque, struct error **err)
{
    const struct raw_device *raw = raw_of(device);
    int64_t end = offset + length;
    while (offset < end) {
        int64_t data = seek_to(raw, offset, SEEK_DATA, end);
        struct extent hole = { .offset = offset, .length = data - offset, .zero = true };
        if (hole.length && visit(opaque, &hole, err))
            return -1;
        offset = data;
        if (offset == end)
            break;
        struct extent extent = { .offset = offset,
                                 .length = seek_to(raw, offset, SEEK_HOLE, end) - offset };
        if (extent.length && visit(opaque, &extent, err))
            return -1;
        offset += extent.length;
    }
    return 0;
}

static int raw_flush(struct device *device, struct error **err)
{
    struct raw_device *raw = raw_of(device);
    return fsync(raw->fd) ? error_set_errno(err, "syncing %s", raw->path) : 0;
}

static void raw_close(struct device *device)
{
    struct raw_device *raw = raw_of(device);
    close(raw->fd);
    free(raw->path);
    free(raw);
}

static const struct device_ops raw_read_ops = {
    .pread = raw_pread,
    .extents = raw_extents,
    .close = raw_close,
};

static const struct device_ops raw_write_ops = {
    .pread = raw_pread,
    .pwrite = raw_pwrite,
    .zero = raw_zero,
    .extents = raw_extents,
    .flush = raw_flush,
    .close = raw_close,
};

static struct device *raw_new(int fd, const char *path, int64_t size, const struct device_ops *ops)
{
    struct raw_device *raw = NEW(struct raw_device);
    raw->base = (struct device){ .ops = ops, .size = size };
    raw->path = xstrdup(path);
    raw->fd = fd;
    return &raw->base;
}

struct device *device_open_raw(const char *path, struct error **err)
{
    AUTO_FD int fd = open(path, O_RDONLY | O_CLOEXEC);
    int64_t size = fd < 0 ? -1 : lseek(fd, 0, SEEK_END);
    if (size < 0) {
        error_set_errno_cause(err, ERROR_INVALID, "opening %s", path);
        return NULL;
    }
    return raw_new(steal_fd(&fd), path, size, &raw_read_ops);
}

struct device *device_create_raw(const char *path, int64_t size, struct error **err)
{
    AUTO_FD int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd < 0) {
        error_set_errno(err, "creating %s", path);
        return NULL;
    }
    if (ftruncate(fd, size)) {
        error_set_errno(err, "giving %s its size", path);
        unlink(path);
        return NULL;
    }
    return raw_new(steal_fd(&fd), path, size, &raw_write_ops);
}
