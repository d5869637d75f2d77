/* SPDX-License-Identifier: Apache-2.0 */
/* The members of an archive in a temporary file, to be had in any order. */
#ifndef FORGE_FSIMAGE_TREE_ARCHIVE_SPOOL_H
#define FORGE_FSIMAGE_TREE_ARCHIVE_SPOOL_H

#include "fsimage/tree/archive_index.h"

struct archive_spool;

/* Read from ARCHIVE, which is at its begin, what the sorted INDEX wants. */
MUST_CHECK struct archive_spool *
archive_spool_fill(struct archive *archive, const struct archive_index *index, struct error **err);
void archive_spool_free(struct archive_spool *spool);
DEFINE_CLEANUP(struct archive_spool *, archive_spool_free)

/* The header of MEMBER, which is a directory or has data; borrowed. Its data come next. */
struct archive_entry *archive_spool_open(struct archive_spool *spool, int64_t member);

/* The next run of data, as tree_read(). */
MUST_CHECK int archive_spool_read(struct archive_spool *spool, const void **bytes, size_t *count,
                                  int64_t *offset, struct error **err);

/* The next run of ARCHIVE's current member, checked to lie in order behind *POSITION and within
 * SIZE. *POSITION moves behind it. */
MUST_CHECK int archive_next_run(struct archive *archive, int64_t size, int64_t *position,
                                const void **bytes, size_t *count, int64_t *offset,
                                struct error **err);

#endif
