/* SPDX-License-Identifier: Apache-2.0 */
/* Guesses where the last block of a deflate stream begins, without reading what is before it. */
#ifndef FORGE_MANIFEST_DEFLATE_LAST_H
#define FORGE_MANIFEST_DEFLATE_LAST_H

#include "manifest/deflate_walk.h"

struct deflate_last;
MUST_CHECK struct deflate_last *deflate_last_new(struct error **err);
void deflate_last_free(struct deflate_last *last);
DEFINE_CLEANUP(struct deflate_last *, deflate_last_free)

/* Look from the end of STREAM for bits that read as a final block (RFC 1951, 3.2.3 to 3.2.7) which
 * ends in the stream's last byte. True with *OUT set as deflate_walk_run does, when such bits were
 * found: whoever relies on them has yet to inflate the whole. Usually a few per cent of a walk's
 * cost, as compressors make many blocks of a megabyte. */
bool deflate_last_find(struct deflate_last *last, const unsigned char *stream, size_t length,
                       struct deflate_blocks *out);

#endif
