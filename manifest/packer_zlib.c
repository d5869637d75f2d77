/* SPDX-License-Identifier: Apache-2.0 */
/* The packer that every build has: zlib, whose full flush ends a piece at a byte by itself. */
#include "forge/base/memory.h"
#include "manifest/packer.h"

#include <zlib.h>

static void *zlib_open(int level, struct error **err)
{
    z_stream *stream = NEW(z_stream);
    enum { MEMORY_LEVEL = 9 };
    if (deflateInit2(stream, level, Z_DEFLATED, -MAX_WBITS, MEMORY_LEVEL, Z_DEFAULT_STRATEGY)) {
        free(stream);
        error_set(err, ERROR_FAILED, "zlib could not start to deflate");
        return NULL;
    }
    return stream;
}

static void zlib_close(void *state)
{
    deflateEnd(state);
    free(state);
}

static size_t zlib_bound(void *state, size_t count)
{
    enum { FLUSH = 16 }; /* what deflateBound leaves out: the empty block of a flush */
    return deflateBound(state, count) + FLUSH;
}

static size_t zlib_pack(void *state, const void *in, size_t count, void *out, size_t room)
{
    z_stream *stream = state;
    if (count > UINT32_MAX || room > UINT32_MAX || deflateReset(stream) != Z_OK)
        return 0;
    stream->next_in = (Bytef *)in;
    stream->avail_in = (uInt)count;
    stream->next_out = out;
    stream->avail_out = (uInt)room;
    int status = deflate(stream, Z_FULL_FLUSH);
    /* A flush that filled the room to the last byte may not be complete. */
    return status == Z_OK && !stream->avail_in && stream->avail_out ? room - stream->avail_out : 0;
}

static uint32_t zlib_crc32(uint32_t crc, const void *bytes, size_t count)
{
    return (uint32_t)crc32_z(crc, bytes, count);
}

const struct packer_kind packer_zlib = {
    .name = "zlib",
    .library = "zlib " ZLIB_VERSION,
    .fast_level = 1,
    .max_level = 9,
    .open = zlib_open,
    .close = zlib_close,
    .bound = zlib_bound,
    .pack = zlib_pack,
    .crc32 = zlib_crc32,
};
