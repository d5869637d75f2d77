/* SPDX-License-Identifier: Apache-2.0 */
/* A device over memory for tests, which may call some of its ranges zero. */
#ifndef FORGE_TESTS_MEMORY_DEVICE_H
#define FORGE_TESTS_MEMORY_DEVICE_H

#include "forge/base/device.h"
#include "tests/unit/check.h"

struct memory_device {
    struct device device;
    unsigned char *bytes;
    const struct extent *extents; /* NULL: all data */
    size_t extent_count;
    int64_t bytes_read;
    int64_t fail_at; /* reads that touch this offset fail; -1: none */
};

static inline int memory_pread(struct device *device, void *buffer, size_t count, int64_t offset,
                               struct error **err)
{
    struct memory_device *memory = container_of(device, struct memory_device, device);
    if (memory->fail_at >= offset && memory->fail_at < offset + (int64_t)count)
        return error_set(err, ERROR_FAILED, "bad sector at %lld", (long long)memory->fail_at);
    memcpy(buffer, memory->bytes + offset, count);
    memory->bytes_read += (int64_t)count;
    return 0;
}

static inline int memory_extents(struct device *device, int64_t offset, int64_t length,
                                 extent_visitor *visit, void *opaque, struct error **err)
{
    struct memory_device *memory = container_of(device, struct memory_device, device);
    struct extent all = { .offset = offset, .length = length };
    if (!memory->extents)
        return visit(opaque, &all, err);
    for (size_t i = 0; i < memory->extent_count; i++) {
        if (visit(opaque, &memory->extents[i], err))
            return -1;
    }
    return 0;
}

static const struct device_ops memory_device_ops = {
    .pread = memory_pread,
    .extents = memory_extents,
};

/* SIZE zero bytes; free its bytes with free(). */
static inline struct memory_device memory_device_new(int64_t size)
{
    return (struct memory_device){
        .device = { .ops = &memory_device_ops, .size = size },
        .bytes = xcalloc(1, (size_t)size),
        .fail_at = -1,
    };
}

/* Bytes that look random and are the same each time. */
static inline void fill_noise(unsigned char *bytes, size_t count, uint64_t seed)
{
    uint64_t state = seed * 2 + 1;
    for (size_t i = 0; i < count; i++) {
        state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        bytes[i] = (unsigned char)(state >> 56);
    }
}

#endif
