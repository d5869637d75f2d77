/* SPDX-License-Identifier: Apache-2.0 */
/* A gzip stream decompressed. */
#ifndef FORGE_MANIFEST_SOURCE_INFLATE_H
#define FORGE_MANIFEST_SOURCE_INFLATE_H

#include "forge/base/source.h"

/* The content of the one gzip member that BELOW gives (FORMAT.md 3); zero bytes may follow it, and
 * nothing else. Whatever is not so is ERROR_MISMATCH. Borrows BELOW, and reads it to its end. */
MUST_CHECK struct source *source_inflate_open(struct source *below, struct error **err);

#endif
