/* SPDX-License-Identifier: Apache-2.0 */
/* A stream to push bytes into; layers wrap layers. */
#ifndef FORGE_BASE_SINK_H
#define FORGE_BASE_SINK_H

#include "forge/base/error.h"

#include <stddef.h>

struct sink {
    const struct sink_ops *ops;
};

struct sink_ops {
    /* Take all COUNT bytes. */
    int (*write)(struct sink *sink, const void *buffer, size_t count, struct error **err);
    /* The stream is complete: write what is held back, and tell the layer below. */
    int (*finish)(struct sink *sink, struct error **err);
    void (*close)(struct sink *sink);
};

MUST_CHECK int sink_write(struct sink *sink, const void *buffer, size_t count, struct error **err);
MUST_CHECK int sink_finish(struct sink *sink, struct error **err);
void sink_close(struct sink *sink);
DEFINE_CLEANUP(struct sink *, sink_close)

#endif
