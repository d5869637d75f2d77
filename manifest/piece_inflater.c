/* SPDX-License-Identifier: Apache-2.0 */
/* Pieces become whole streams by an empty final block: for libdeflate where it is there, else zlib.
 */
#include "manifest/piece_inflater.h"
#include "forge/base/memory.h"

#include <stdint.h>
#include <string.h>

/* Fixed codes, nothing but the end of the block (RFC 1951, 3.2.6). */
static void end_stream(unsigned char *end)
{
    memcpy(end, "\x03\x00", PIECE_INFLATER_ROOM);
}

#ifdef HAVE_LIBDEFLATE
#include <libdeflate.h>

struct piece_inflater {
    struct libdeflate_decompressor *library;
};

struct piece_inflater *piece_inflater_new(struct error **err)
{
    AUTO(piece_inflater_free) struct piece_inflater *inflater = NEW(struct piece_inflater);
    inflater->library = libdeflate_alloc_decompressor();
    if (inflater->library)
        return STEAL(inflater);
    error_set(err, ERROR_FAILED, "no memory to decompress");
    return NULL;
}

void piece_inflater_free(struct piece_inflater *inflater)
{
    if (!inflater)
        return;
    libdeflate_free_decompressor(inflater->library);
    free(inflater);
}

size_t piece_inflate(struct piece_inflater *inflater, unsigned char *piece, size_t length,
                     unsigned char *out, size_t room)
{
    size_t used = 0, came = 0;
    end_stream(piece + length);
    enum libdeflate_result result = libdeflate_deflate_decompress_ex(
        inflater->library, piece, length + PIECE_INFLATER_ROOM, out, room, &used, &came);
    return result == LIBDEFLATE_SUCCESS && used == length + PIECE_INFLATER_ROOM ? came : 0;
}
#else
#include <zlib.h>

struct piece_inflater {
    z_stream stream;
};

struct piece_inflater *piece_inflater_new(struct error **err)
{
    struct piece_inflater *inflater = NEW(struct piece_inflater);
    if (inflateInit2(&inflater->stream, -MAX_WBITS) == Z_OK)
        return inflater;
    free(inflater);
    error_set(err, ERROR_FAILED, "zlib cannot decompress");
    return NULL;
}

void piece_inflater_free(struct piece_inflater *inflater)
{
    if (!inflater)
        return;
    inflateEnd(&inflater->stream);
    free(inflater);
}

size_t piece_inflate(struct piece_inflater *inflater, unsigned char *piece, size_t length,
                     unsigned char *out, size_t room)
{
    z_stream *stream = &inflater->stream;
    if (length > UINT32_MAX - PIECE_INFLATER_ROOM || room > UINT32_MAX ||
        inflateReset(stream) != Z_OK)
        return 0;
    end_stream(piece + length);
    stream->next_in = piece;
    stream->avail_in = (uInt)length + PIECE_INFLATER_ROOM;
    stream->next_out = out;
    stream->avail_out = (uInt)room;
    int status = inflate(stream, Z_FINISH);
    return status == Z_STREAM_END && !stream->avail_in ? room - stream->avail_out : 0;
}
#endif
