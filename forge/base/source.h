/* SPDX-License-Identifier: Apache-2.0 */
/* A stream to pull bytes from; layers wrap layers. */
#ifndef FORGE_BASE_SOURCE_H
#define FORGE_BASE_SOURCE_H

#include "forge/base/error.h"

#include <stdint.h>
#include <sys/types.h>

struct source {
    const struct source_ops *ops;
};

struct source_ops {
    /* Up to COUNT bytes into BUFFER: how many, 0 at the end of the stream, -1 on error. */
    ssize_t (*read)(struct source *source, void *buffer, size_t count, struct error **err);
    void (*close)(struct source *source);
};

MUST_CHECK ssize_t source_read(struct source *source, void *buffer, size_t count,
                               struct error **err);

/* Read until BUFFER is full or the stream ends: how many bytes came, -1 on error. */
MUST_CHECK ssize_t source_read_full(struct source *source, void *buffer, size_t count,
                                    struct error **err);

void source_close(struct source *source);
DEFINE_CLEANUP(struct source *, source_close)

#endif
