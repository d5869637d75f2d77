/* SPDX-License-Identifier: Apache-2.0 */
/* Inflates what has been deflated, and compares. */
#ifndef FORGE_MANIFEST_DEFLATE_CHECK_H
#define FORGE_MANIFEST_DEFLATE_CHECK_H

#include "manifest/piece_inflater.h"

enum { DEFLATE_CHECK_ROOM = PIECE_INFLATER_ROOM }; /* bytes behind the stream that a check uses */

struct deflate_check;
MUST_CHECK struct deflate_check *deflate_check_new(struct error **err);
void deflate_check_free(struct deflate_check *check);
DEFINE_CLEANUP(struct deflate_check *, deflate_check_free)

/* STREAM, blocks none of which is the final one, ends at a byte and has DEFLATE_CHECK_ROOM behind
 * it: it must inflate to exactly the COUNT bytes at EXPECTED, by another hand than the one that
 * deflated them. */
MUST_CHECK int deflate_check_run(struct deflate_check *check, unsigned char *stream, size_t length,
                                 const void *expected, size_t count, struct error **err);

#endif
