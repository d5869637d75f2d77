/* SPDX-License-Identifier: Apache-2.0 */
/* Checks a deflate stream against what it was made from, and finds its last block. */
#ifndef FORGE_MANIFEST_DEFLATE_WALK_H
#define FORGE_MANIFEST_DEFLATE_WALK_H

#include "forge/base/error.h"

#include <stdbool.h>
#include <stddef.h>

struct deflate_walk;

MUST_CHECK struct deflate_walk *deflate_walk_new(struct error **err);
void deflate_walk_free(struct deflate_walk *walk);
DEFINE_CLEANUP(struct deflate_walk *, deflate_walk_free)

/* What a walk over a stream saw, as bit positions from its first byte's lowest bit. */
struct deflate_blocks {
    size_t last_header; /* where the last block begins: its BFINAL bit */
    size_t end;         /* behind the last block */
    bool final;         /* the last block says that it is the last */
};

/* Inflate STREAM by zlib, whoever made it: it must give exactly the COUNT bytes at EXPECTED. */
MUST_CHECK int deflate_walk_run(struct deflate_walk *walk, const void *stream, size_t length,
                                const void *expected, size_t count, struct deflate_blocks *out,
                                struct error **err);

/* Set the error of a stream that gives other bytes. Always -1. */
int deflate_mismatch(struct error **err);

#endif
