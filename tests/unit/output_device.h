/* SPDX-License-Identifier: Apache-2.0 */
/* A device in memory that insists on what bundle_extract promises: writes ascend. */
#ifndef FORGE_TESTS_OUTPUT_DEVICE_H
#define FORGE_TESTS_OUTPUT_DEVICE_H

#include "forge/base/device.h"
#include "tests/unit/check.h"

struct output_device {
    struct device device;
    unsigned char *bytes;
    int64_t position; /* the end of the last write */
    int64_t zeroed;   /* bytes that came as holes */
};

static inline int output_pwrite(struct device *device, const void *buffer, size_t count,
                                int64_t offset, struct error **err)
{
    (void)err;
    struct output_device *output = container_of(device, struct output_device, device);
    assert_true(offset >= output->position);
    memcpy(output->bytes + offset, buffer, count);
    output->position = offset + (int64_t)count;
    return 0;
}

static inline int output_zero(struct device *device, int64_t offset, int64_t length,
                              struct error **err)
{
    (void)err;
    struct output_device *output = container_of(device, struct output_device, device);
    assert_true(offset >= output->position);
    memset(output->bytes + offset, 0, (size_t)length);
    output->position = offset + length;
    output->zeroed += length;
    return 0;
}

/* SIZE bytes of rubbish; free the bytes with output_device_clear. */
static inline struct output_device output_device_new(int64_t size)
{
    static const struct device_ops ops = { .pwrite = output_pwrite, .zero = output_zero };
    struct output_device output = { .device = { .ops = &ops, .size = size } };
    output.bytes = xcalloc((size_t)size, 1);
    memset(output.bytes, 0xa5, (size_t)size);
    return output;
}

static inline void output_device_clear(struct output_device *output)
{
    free(output->bytes);
}
#define AUTO_OUTPUT __attribute__((cleanup(output_device_clear)))

#endif
