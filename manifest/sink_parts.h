/* SPDX-License-Identifier: Apache-2.0 */
/* The end of the line: a stream cut into files of one size, each with its digest. */
#ifndef FORGE_MANIFEST_SINK_PARTS_H
#define FORGE_MANIFEST_SINK_PARTS_H

#include "forge/base/sink.h"
#include "manifest/bundle_stats.h"

#include <stdint.h>

/* A finished file. */
struct written_part {
    char *path;
    char *digest; /* lower-case hex SHA-1 */
};

/* All of them, in order; {0} is none. */
struct written_parts {
    struct written_part *items;
    size_t count, room;
    int64_t bytes;
};

void written_parts_clear(struct written_parts *parts);
#define AUTO_PARTS __attribute__((cleanup(written_parts_clear)))

/* Files `part.0`, `part.1`, ... of PART_SIZE bytes (the last one shorter, never empty) with mode
 * 0644 in DIRECTORY; each that is finished is added to OUT, what it
 * took to STATS. All are borrowed. */
MUST_CHECK struct sink *sink_parts_new(const char *directory, int64_t part_size,
                                       struct written_parts *out, struct bundle_stats *stats,
                                       struct error **err);

#endif
