/* SPDX-License-Identifier: Apache-2.0 */
/* The headers in front of the one member of a bundle's tar stream (FORMAT.md 2). */
#ifndef FORGE_MANIFEST_TAR_HEADER_H
#define FORGE_MANIFEST_TAR_HEADER_H

#include "manifest/sparse_map.h"

enum {
    TAR_BLOCK = 512,
    TAR_RECORD = 20 * TAR_BLOCK, /* the stream is padded to a multiple of it */
};

/* A regular file, root's, mode 0644. Everything is borrowed. */
struct tar_member {
    const char *name;
    int64_t mtime;
    const struct sparse_map *map;
};

/* How many blocks of headers precede the data: the name when it is long, the header itself, and
 * the rest of a sparse map. */
int64_t tar_header_blocks(const struct tar_member *member);

/* Block INDEX of them. */
void tar_header_block(const struct tar_member *member, int64_t index,
                      unsigned char block[TAR_BLOCK]);

/* Bytes of the whole stream: headers, data, padding, end. */
int64_t tar_stream_size(const struct tar_member *member);

#endif
