/* SPDX-License-Identifier: Apache-2.0 */
/* Inflates a stream in order on one thread: by ISA-L where it is there, else by zlib. */
#ifndef FORGE_MANIFEST_INFLATER_H
#define FORGE_MANIFEST_INFLATER_H

#include "forge/base/error.h"

#include <stdbool.h>
#include <stddef.h>

enum { INFLATER_WINDOW = 32 << 10 };

struct inflater;
MUST_CHECK struct inflater *inflater_new(struct error **err);
void inflater_free(struct inflater *inflater);
DEFINE_CLEANUP(struct inflater *, inflater_free)

/* Begin at the first bit of a block, with the LENGTH bytes (at most INFLATER_WINDOW) that came
 * before it in WINDOW. */
void inflater_begin(struct inflater *inflater, const unsigned char *window, size_t length);

enum inflater_result {
    INFLATER_MORE,    /* input or room is used up */
    INFLATER_END,     /* the final block has ended: what is left of the input is not deflate's */
    INFLATER_DAMAGED, /* this is no deflate stream */
};

/* Input and room, both moved on by inflater_run. */
struct inflater_io {
    const unsigned char *in;
    size_t in_left;
    unsigned char *out;
    size_t out_left;
};

/* Inflate as far as IO's input and room go. */
enum inflater_result inflater_run(struct inflater *inflater, struct inflater_io *io);

/* After INFLATER_MORE with no input left: does the next byte begin a block? */
bool inflater_between_blocks(const struct inflater *inflater);

#endif
