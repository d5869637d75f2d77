/* SPDX-License-Identifier: Apache-2.0 */
/* A fuzzer's input as a stream. */
#ifndef FORGE_TESTS_MEMORY_SOURCE_H
#define FORGE_TESTS_MEMORY_SOURCE_H

#include "forge/base/cleanup.h"
#include "forge/base/source.h"

#include <string.h>

struct memory_source {
    struct source source;
    const uint8_t *bytes;
    size_t left;
};

static inline ssize_t memory_source_read(struct source *source, void *buffer, size_t count,
                                         struct error **err)
{
    (void)err;
    struct memory_source *memory = container_of(source, struct memory_source, source);
    if (count > memory->left)
        count = memory->left;
    if (count)
        memcpy(buffer, memory->bytes, count);
    memory->bytes += count;
    memory->left -= count;
    return (ssize_t)count;
}

static inline struct memory_source memory_source_of(const uint8_t *bytes, size_t size)
{
    static const struct source_ops ops = { .read = memory_source_read };
    return (struct memory_source){ { &ops }, bytes, size };
}

#endif
