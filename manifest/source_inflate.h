/* SPDX-License-Identifier: Apache-2.0 */
/* A gzip stream decompressed, on several threads where it can be. */
#ifndef FORGE_MANIFEST_SOURCE_INFLATE_H
#define FORGE_MANIFEST_SOURCE_INFLATE_H

#include "forge/base/source.h"

/* The content of the one gzip member that BELOW gives (FORMAT.md 3); zero bytes may follow it, and
 * nothing else. Whatever is not so is ERROR_MISMATCH. BELOW is borrowed, read by a thread of its
 * own to its end; THREADS (at least 1) others inflate what can be inflated out of order, as our own
 * bundles can. */
MUST_CHECK struct source *source_inflate_open(struct source *below, unsigned threads,
                                              struct error **err);

#endif
