/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of a bundle as one stream of bytes. */
#ifndef FORGE_MANIFEST_SOURCE_PARTS_H
#define FORGE_MANIFEST_SOURCE_PARTS_H

#include "forge/base/source.h"
#include "manifest/manifest.h"

/* Reads the parts in DIRECTORY by index. Where a part ends its size and SHA-1 are checked, at the
 * end their sum: ERROR_MISMATCH. Borrows both. */
struct source *source_parts_open(const struct manifest *manifest, const char *directory);

/* How many bytes have been read so far; any thread may ask. */
int64_t source_parts_done(struct source *source);

#endif
