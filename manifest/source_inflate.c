/* SPDX-License-Identifier: Apache-2.0 */
/* Pulling a gzip member from below, giving its content. */
#include "manifest/source_inflate.h"
#include "forge/base/memory.h"

#include <stdbool.h>
#include <string.h>
#include <zlib.h>

enum { CHUNK = 256 << 10, GZIP_ONLY = 16 };

struct source_inflate {
    struct source source;
    struct source *below;
    z_stream stream;
    bool begun, ended;
    unsigned char in[CHUNK];
};

/* More input for zlib: how many bytes, 0 at the end, -1. */
static ssize_t fill(struct source_inflate *inflater, struct error **err)
{
    /* The first piece must hold the magic number whole. */
    ssize_t (*read)(struct source *, void *, size_t, struct error **) =
        inflater->begun ? source_read : source_read_full;
    ssize_t got = read(inflater->below, inflater->in, sizeof(inflater->in), err);
    if (got < 0)
        return -1;
    inflater->stream.next_in = inflater->in;
    inflater->stream.avail_in = (uInt)got;
    if (!inflater->begun && (got < 2 || inflater->in[0] != 0x1f || inflater->in[1] != 0x8b))
        return error_set(err, ERROR_MISMATCH,
                         "the decrypted stream is not gzip: the bundle is damaged");
    inflater->begun = true;
    return got;
}

/* Only zero bytes may follow the member. */
static int drain(struct source_inflate *inflater, struct error **err)
{
    ssize_t got = inflater->stream.avail_in;
    const unsigned char *bytes = inflater->stream.next_in;
    while (got > 0) {
        for (ssize_t i = 0; i < got; i++)
            if (bytes[i])
                return error_set(err, ERROR_MISMATCH,
                                 "the compressed stream goes on behind its gzip member");
        bytes = inflater->in;
        got = source_read(inflater->below, inflater->in, sizeof(inflater->in), err);
    }
    return got < 0 ? -1 : 0;
}

static ssize_t inflate_read(struct source *source, void *buffer, size_t count, struct error **err)
{
    struct source_inflate *inflater = container_of(source, struct source_inflate, source);
    z_stream *stream = &inflater->stream;
    stream->next_out = buffer;
    stream->avail_out = count > INT32_MAX ? INT32_MAX : (uInt)count;
    uInt room = stream->avail_out;
    while (!inflater->ended && stream->avail_out == room) {
        ssize_t more = stream->avail_in ? stream->avail_in : fill(inflater, err);
        if (more < 0)
            return -1;
        if (more == 0)
            return error_set(err, ERROR_MISMATCH, "the compressed stream ends too early");
        int status = inflate(stream, Z_NO_FLUSH);
        if (status == Z_STREAM_END) {
            inflater->ended = true;
            if (drain(inflater, err))
                return -1;
        } else if (status != Z_OK) {
            return error_set(err, ERROR_MISMATCH, "the compressed stream is damaged: %s",
                             stream->msg ? stream->msg : "it cannot be decompressed");
        }
    }
    return (ssize_t)(room - stream->avail_out);
}

static void inflate_close(struct source *source)
{
    struct source_inflate *inflater = container_of(source, struct source_inflate, source);
    inflateEnd(&inflater->stream);
    free(inflater);
}

static const struct source_ops inflate_ops = { .read = inflate_read, .close = inflate_close };

struct source *source_inflate_open(struct source *below, struct error **err)
{
    struct source_inflate *inflater = NEW(struct source_inflate);
    inflater->source.ops = &inflate_ops;
    inflater->below = below;
    if (inflateInit2(&inflater->stream, MAX_WBITS + GZIP_ONLY) != Z_OK) {
        error_set(err, ERROR_FAILED, "zlib cannot decompress");
        free(inflater);
        return NULL;
    }
    return &inflater->source;
}
