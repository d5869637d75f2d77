/* SPDX-License-Identifier: Apache-2.0 */
/* The first member of a tar stream, which is the image (FORMAT.md 2). */
#ifndef FORGE_MANIFEST_TAR_READER_H
#define FORGE_MANIFEST_TAR_READER_H

#include "forge/base/source.h"

struct tar_reader;

/* Read the header of the first member of BELOW (borrowed): old, GNU, ustar and PAX archives, whole
 * and sparse files. Not tar, no member, not a regular file, a sparse map beyond every measure:
 * ERROR_MISMATCH. */
MUST_CHECK struct tar_reader *tar_reader_open(struct source *below, struct error **err);

int64_t tar_reader_size(const struct tar_reader *reader);  /* of the file, with its holes */
int64_t tar_reader_mtime(const struct tar_reader *reader); /* seconds */

/* The next run of data: 1 with *BYTES (borrowed until the next call), *COUNT and *OFFSET in the
 * file, 0 when there is no more. Runs are within the size and ascend; holes lie between them. */
MUST_CHECK int tar_reader_next(struct tar_reader *reader, const void **bytes, size_t *count,
                               int64_t *offset, struct error **err);

void tar_reader_close(struct tar_reader *reader);
DEFINE_CLEANUP(struct tar_reader *, tar_reader_close)

#endif
