/* SPDX-License-Identifier: Apache-2.0 */
/* Inflates pieces of a deflate stream that depend on nothing before them. */
#ifndef FORGE_MANIFEST_PIECE_INFLATER_H
#define FORGE_MANIFEST_PIECE_INFLATER_H

#include "forge/base/error.h"

#include <stddef.h>

enum { PIECE_INFLATER_ROOM = 2 }; /* bytes behind a piece that inflating it uses */

struct piece_inflater;
MUST_CHECK struct piece_inflater *piece_inflater_new(struct error **err);
void piece_inflater_free(struct piece_inflater *inflater);
DEFINE_CLEANUP(struct piece_inflater *, piece_inflater_free)

/* Inflate PIECE, LENGTH bytes with PIECE_INFLATER_ROOM behind them, into OUT: how many bytes came.
 * 0 when it is not one: blocks none of which is final, ending at its last byte, that reach back to
 * nothing before OUT and give at most ROOM bytes. */
size_t piece_inflate(struct piece_inflater *inflater, unsigned char *piece, size_t length,
                     unsigned char *out, size_t room);

#endif
