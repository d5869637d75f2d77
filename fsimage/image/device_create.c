/* SPDX-License-Identifier: Apache-2.0 */
/* New images to write into, raw or qcow2. */
#include "forge/base/device_fresh.h"
#include "forge/base/memory.h"
#include "forge/base/process.h"
#include "fsimage/image/device_file.h"

#include <fcntl.h>

/* The name is taken first: qemu-img overwrites what it finds. */
static struct device *create_qcow2(const char *path, int64_t size, bool allocate,
                                   struct error **err)
{
    AUTO_FD int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    AUTO_FREE char *real = fd < 0 ? NULL : realpath(path, NULL);
    if (!real) {
        error_set_errno(err, "creating %s", path);
        return NULL;
    }
    AUTO_FREE char *bytes = xasprintf("%lld", (long long)size);
    const char *preallocation = allocate ? "preallocation=falloc" : "preallocation=off";
    const char *const argv[] = { "qemu-img", "create",      "-q", "-f",  "qcow2",
                                 "-o",       preallocation, real, bytes, NULL };
    if (process_run(argv, ERROR_HOST, NULL, NULL, err))
        return NULL;
    AUTO(image_close) struct image *image = image_of(real, IMAGE_QCOW2, size);
    return device_open_nbd(image, true, err);
}

/* posix_fallocate(3) writes zeros where the file system has no better way. */
static struct device *create_raw(const char *path, int64_t size, bool allocate, struct error **err)
{
    AUTO(device_close) struct device *device = device_create_raw(path, size, err);
    if (!device || !allocate || !size)
        return STEAL(device);
    AUTO_FD int fd = open(path, O_WRONLY | O_CLOEXEC);
    errno = fd < 0 ? errno : posix_fallocate(fd, 0, size);
    if (errno) {
        error_set_errno(err, "allocating %s", path);
        return NULL;
    }
    return STEAL(device);
}

struct device *device_create(const char *path, enum image_format format, int64_t size,
                             bool allocate, struct error **err)
{
    struct device *device = format == IMAGE_RAW ? create_raw(path, size, allocate, err)
                                                : create_qcow2(path, size, allocate, err);
    struct device *fresh = device_fresh_new(device, allocate);
    if (fresh)
        fresh->size = size; /* qcow2 rounds up to whole sectors, which stay zeros */
    return fresh;
}
