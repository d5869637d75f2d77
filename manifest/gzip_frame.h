/* SPDX-License-Identifier: Apache-2.0 */
/* Pieces of deflate become ONE gzip member: readers such as Nova's stop at the first one's end. */
#ifndef FORGE_MANIFEST_GZIP_FRAME_H
#define FORGE_MANIFEST_GZIP_FRAME_H

#include "forge/base/sink.h"

#include <stdint.h>

struct gzip_frame {
    struct sink *sink; /* borrowed */
    uint32_t crc;      /* CRC-32 of all bytes so far */
    uint64_t size;     /* how many */
};

/* Write the member's header to SINK. */
MUST_CHECK int gzip_frame_begin(struct gzip_frame *frame, struct sink *sink, struct error **err);

/* Append a piece as packer_pack makes it, of COUNT bytes that had CRC. */
MUST_CHECK int gzip_frame_add(struct gzip_frame *frame, const void *piece, size_t length,
                              uint32_t crc, uint64_t count, struct error **err);

/* Write the final block and the trailer; the sink stays open. */
MUST_CHECK int gzip_frame_end(struct gzip_frame *frame, struct error **err);

#endif
