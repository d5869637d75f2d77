/* SPDX-License-Identifier: Apache-2.0 */
/* zlib's inflate, stopping at every block: Z_BLOCK in zlib.h tells the position to the bit. */
#include "manifest/deflate_walk.h"
#include "forge/base/memory.h"

#include <stdint.h>
#include <string.h>
#include <zlib.h>

/* Small enough to stay in a core's cache, large enough for inflate's fast path. */
enum { WINDOW = 64 << 10 };

struct deflate_walk {
    z_stream stream;
    unsigned char window[WINDOW];
};

struct deflate_walk *deflate_walk_new(struct error **err)
{
    struct deflate_walk *walk = NEW(struct deflate_walk);
    if (inflateInit2(&walk->stream, -MAX_WBITS) != Z_OK) {
        free(walk);
        error_set(err, ERROR_FAILED, "zlib could not start to inflate");
        return NULL;
    }
    return walk;
}

void deflate_walk_free(struct deflate_walk *walk)
{
    if (!walk)
        return;
    inflateEnd(&walk->stream);
    free(walk);
}

/* Bits of zlib's data_type (zlib.h, inflate). */
enum { UNUSED_BITS = 7, IN_LAST_BLOCK = 64, AT_BLOCK_END = 128 };

int deflate_mismatch(struct error **err)
{
    return error_set(err, ERROR_FAILED,
                     "a compressed block does not inflate to what it was made from (a fault of "
                     "memory or processor?)");
}

int deflate_walk_run(struct deflate_walk *walk, const void *stream, size_t length,
                     const void *expected, size_t count, struct deflate_blocks *out,
                     struct error **err)
{
    z_stream *z = &walk->stream;
    if (length > UINT32_MAX || inflateReset(z) != Z_OK)
        return error_set(err, ERROR_FAILED, "zlib could not start to inflate");
    z->next_in = (Bytef *)stream;
    z->avail_in = (uInt)length;
    *out = (struct deflate_blocks){ 0 };
    size_t done = 0;
    bool same = true;
    int status = Z_OK;
    while (same && status == Z_OK && !out->final) {
        z->next_out = walk->window;
        z->avail_out = WINDOW;
        status = inflate(z, Z_BLOCK);
        size_t came = WINDOW - z->avail_out;
        same = came <= count - done &&
               memcmp((const char *)expected + done, walk->window, came) == 0;
        done += came;
        if (!(z->data_type & AT_BLOCK_END) || status != Z_OK)
            continue;
        size_t position = 8 * (length - z->avail_in) - (size_t)(z->data_type & UNUSED_BITS);
        out->final = z->data_type & IN_LAST_BLOCK;
        if (out->final)
            out->end = position;
        else
            out->last_header = out->end = position;
    }
    /* Without a final block the stream runs dry (Z_BUF_ERROR) at the end of its last block. */
    bool complete = out->final ? status == Z_OK && (out->end + 7) / 8 == length
                               : status == Z_BUF_ERROR && out->end == 8 * length;
    if (!same || done != count || !complete)
        return deflate_mismatch(err);
    return 0;
}
