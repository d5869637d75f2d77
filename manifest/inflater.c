/* SPDX-License-Identifier: Apache-2.0 */
/* One stream in order, by the fastest library of the build. */
#include "manifest/inflater.h"
#include "forge/base/memory.h"

#include <stdint.h>

static uint32_t at_most(size_t count)
{
    enum { PIECE = 1 << 30 };
    return count < PIECE ? (uint32_t)count : PIECE;
}

#ifdef HAVE_ISAL
#include <isa-l.h>

struct inflater {
    struct inflate_state state;
};

struct inflater *inflater_new(struct error **err)
{
    (void)err;
    return NEW(struct inflater);
}

void inflater_free(struct inflater *inflater)
{
    free(inflater);
}

void inflater_begin(struct inflater *inflater, const unsigned char *window, size_t length)
{
    isal_inflate_init(&inflater->state);
    if (length)
        (void)isal_inflate_set_dict(&inflater->state, (uint8_t *)window, (uint32_t)length);
}

/* Bytes that the library has taken and does not need: all from the input that it got last. */
static void give_back(const struct inflate_state *state, struct inflater_io *io)
{
    size_t bytes = (size_t)state->read_in_length / 8;
    io->in -= bytes;
    io->in_left += bytes;
}

enum inflater_result inflater_run(struct inflater *inflater, struct inflater_io *io)
{
    struct inflate_state *state = &inflater->state;
    state->next_in = (uint8_t *)io->in;
    state->avail_in = at_most(io->in_left);
    state->next_out = io->out;
    state->avail_out = at_most(io->out_left);
    int status = isal_inflate(state);
    io->in_left -= (size_t)(state->next_in - io->in);
    io->in = state->next_in;
    io->out_left -= (size_t)(state->next_out - io->out);
    io->out = state->next_out;
    if (status < ISAL_DECOMP_OK || status == ISAL_NEED_DICT)
        return INFLATER_DAMAGED;
    if (state->block_state != ISAL_BLOCK_FINISH)
        return INFLATER_MORE;
    give_back(state, io);
    return INFLATER_END;
}

bool inflater_between_blocks(const struct inflater *inflater)
{
    return inflater->state.block_state == ISAL_BLOCK_NEW_HDR && !inflater->state.read_in_length;
}
#else
#include <zlib.h>

struct inflater {
    z_stream stream;
};

struct inflater *inflater_new(struct error **err)
{
    struct inflater *inflater = NEW(struct inflater);
    if (inflateInit2(&inflater->stream, -MAX_WBITS) == Z_OK)
        return inflater;
    free(inflater);
    error_set(err, ERROR_FAILED, "zlib cannot decompress");
    return NULL;
}

void inflater_free(struct inflater *inflater)
{
    if (!inflater)
        return;
    inflateEnd(&inflater->stream);
    free(inflater);
}

void inflater_begin(struct inflater *inflater, const unsigned char *window, size_t length)
{
    (void)inflateReset(&inflater->stream);
    if (length)
        (void)inflateSetDictionary(&inflater->stream, window, (uInt)length);
}

enum inflater_result inflater_run(struct inflater *inflater, struct inflater_io *io)
{
    z_stream *stream = &inflater->stream;
    stream->next_in = (Bytef *)io->in;
    stream->avail_in = at_most(io->in_left);
    stream->next_out = io->out;
    stream->avail_out = at_most(io->out_left);
    int status = inflate(stream, Z_NO_FLUSH);
    io->in_left -= (size_t)(stream->next_in - io->in);
    io->in = stream->next_in;
    io->out_left -= (size_t)(stream->next_out - io->out);
    io->out = stream->next_out;
    if (status == Z_STREAM_END)
        return INFLATER_END;
    return status == Z_OK || status == Z_BUF_ERROR ? INFLATER_MORE : INFLATER_DAMAGED;
}

bool inflater_between_blocks(const struct inflater *inflater)
{
    enum { UNUSED_BITS = 7, AT_BLOCK_END = 128 }; /* of data_type: zlib.h, inflate */
    int state = inflater->stream.data_type;
    return (state & AT_BLOCK_END) && !(state & UNUSED_BITS);
}
#endif
