/* SPDX-License-Identifier: Apache-2.0 */
/* Range checks in front of every device, and what a device without an operation does. */
#include "forge/base/device.h"

static int check_range(const struct device *device, int64_t offset, int64_t length,
                       struct error **err)
{
    int64_t end;
    if (offset < 0 || length < 0 || __builtin_add_overflow(offset, length, &end) ||
        end > device->size)
        return error_set(err, ERROR_INVALID, "range %lld+%lld lies outside the image of %lld bytes",
                         (long long)offset, (long long)length, (long long)device->size);
    return 0;
}

int device_pread(struct device *device, void *buffer, size_t count, int64_t offset,
                 struct error **err)
{
    if (check_range(device, offset, (int64_t)count, err))
        return -1;
    return count ? device->ops->pread(device, buffer, count, offset, err) : 0;
}

int device_pwrite(struct device *device, const void *buffer, size_t count, int64_t offset,
                  struct error **err)
{
    if (check_range(device, offset, (int64_t)count, err))
        return -1;
    if (!device->ops->pwrite)
        return error_set(err, ERROR_FAILED, "the image is open for reading only");
    return count ? device->ops->pwrite(device, buffer, count, offset, err) : 0;
}

int device_zero(struct device *device, int64_t offset, int64_t length, struct error **err)
{
    if (check_range(device, offset, length, err))
        return -1;
    if (!device->ops->zero)
        return error_set(err, ERROR_FAILED, "the image is open for reading only");
    return length ? device->ops->zero(device, offset, length, err) : 0;
}

int device_extents(struct device *device, int64_t offset, int64_t length, extent_visitor *visit,
                   void *opaque, struct error **err)
{
    if (check_range(device, offset, length, err))
        return -1;
    if (length == 0)
        return 0;
    if (device->ops->extents)
        return device->ops->extents(device, offset, length, visit, opaque, err);
    struct extent all = { .offset = offset, .length = length };
    return visit(opaque, &all, err);
}

int device_flush(struct device *device, struct error **err)
{
    return device->ops->flush ? device->ops->flush(device, err) : 0;
}

void device_close(struct device *device)
{
    if (device)
        device->ops->close(device);
}
