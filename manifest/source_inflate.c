/* SPDX-License-Identifier: Apache-2.0 */
/* Inflating a stream out of order where it allows that:
 *
 *   below -> cutter: pieces that end at a flush -> [ block_ring ] -> workers: inflate, CRC-32
 *                                               -> who reads, in order: copies, or inflates itself
 *
 * Whoever flushes a deflate stream leaves an empty stored block, 00 00 ff ff at a byte boundary;
 * our packers do so behind every piece, and begin the next one afresh. The bytes may also turn up
 * by chance, and other compressors let pieces refer to those before. So a worker's result counts
 * only if the piece inflated alone, and who reads takes it only between two blocks of the stream.
 * All else is inflated here in order, from the bytes in front of it. The CRC-32 at the end is over
 * all. */
#include "manifest/source_inflate.h"
#include "forge/base/cpu.h"
#include "forge/base/memory.h"
#include "manifest/block_ring.h"
#include "manifest/gzip_header.h"
#include "manifest/inflater.h"
#include "manifest/packer.h"
#include "manifest/piece_inflater.h"

#include <endian.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <zlib.h>

enum {
    OUTPUT = 1 << 20,            /* what our packers put into a piece */
    INPUT = OUTPUT + (16 << 10), /* what comes of it at most */
    PIECE_MIN = 512,             /* many flushes must not cost more than the bytes between them */
    GIVE_UP = 8, /* failures in a row after which nobody tries to inflate alone any more */
    TRAILER = 8, /* CRC-32 and length, RFC 1952, 2.3.1 */
};

struct worker {
    struct source_inflate *stream;
    struct piece_inflater *inflater;
    pthread_t thread;
};

struct source_inflate {
    struct source source;
    struct source *below;
    struct block_ring *ring;
    atomic_int failures; /* in a row, as far as threads see it */

    /* The cutter's own. */
    pthread_t cutter;
    bool cutting;
    unsigned char *carry; /* INPUT bytes: read, and behind the last cut */
    size_t carried, carry_used;
    bool at_flush; /* the next piece begins where a flush ended, or the stream begins */

    struct worker workers[CPU_THREADS_MAX];
    unsigned worker_count, started;

    /* The reader's own. */
    struct inflater *inflater;
    struct block *block;
    size_t used;   /* of the block's output, or of its input */
    bool in_order; /* the inflater is in the middle of something */
    bool final;    /* deflate's final block has ended: the trailer, then zeros */
    bool ended;    /* all has been read */
    uint32_t crc;
    uint64_t size;
    unsigned char trailer[TRAILER];
    size_t trailer_length;
    unsigned char window[INFLATER_WINDOW];
    size_t window_length;
};

/* -- the cutter -- */

static const unsigned char flush_mark[] = { 0x00, 0x00, 0xff, 0xff };

/* The end of the first flush in BYTES that leaves a piece of some size; 0 when there is none. FROM
 * is where one that has not been looked at yet can begin. */
static size_t find_cut(const unsigned char *bytes, size_t count, size_t from)
{
    enum { MARK = sizeof(flush_mark) };
    size_t start = from > PIECE_MIN ? from : PIECE_MIN;
    if (count < start + MARK)
        return 0;
    const unsigned char *mark = memmem(bytes + start, count - start, flush_mark, MARK);
    return mark ? (size_t)(mark - bytes) + MARK : 0;
}

/* A piece that is carried whole: what is behind it stays where it is, however many there are. */
static bool cut_carried(struct source_inflate *stream, struct block *block)
{
    const unsigned char *carried = stream->carry + stream->carry_used;
    size_t cut = find_cut(carried, stream->carried, 0);
    if (!cut)
        return false;
    memcpy(block->input, carried, cut);
    block->input_length = cut;
    block->alone = stream->at_flush;
    stream->at_flush = true;
    stream->carry_used += cut;
    stream->carried -= cut;
    return true;
}

/* Fill BLOCK with one piece: 1, 0 at the end of the stream, -1. */
static int cut_piece(struct source_inflate *stream, struct block *block, struct error **err)
{
    if (cut_carried(stream, block))
        return 1;
    size_t count = stream->carried, looked = 0, cut = 0;
    memcpy(block->input, stream->carry + stream->carry_used, count);
    stream->carried = 0;
    while (!(cut = find_cut(block->input, count, looked)) && count < INPUT) {
        looked = count > 3 ? count - 3 : 0; /* a mark may have come in part */
        ssize_t got = source_read(stream->below, block->input + count, INPUT - count, err);
        if (got < 0)
            return -1;
        if (got == 0)
            break;
        count += (size_t)got;
    }
    block->alone = stream->at_flush && cut;
    stream->at_flush = cut;
    block->input_length = cut ? cut : count;
    stream->carried = count - block->input_length;
    stream->carry_used = 0;
    memcpy(stream->carry, block->input + block->input_length, stream->carried);
    return block->input_length > 0;
}

/* Read up to the first byte of deflate, which stays in the carry. */
static int skip_header(struct source_inflate *stream, struct error **err)
{
    for (;;) {
        ssize_t header = gzip_header_length(stream->carry, stream->carried, err);
        if (header < 0)
            return -1;
        if (header > 0) {
            stream->carry_used = (size_t)header;
            stream->carried -= (size_t)header;
            return 0;
        }
        size_t room = INPUT - stream->carried;
        ssize_t got = room ? source_read(stream->below, stream->carry + stream->carried, room, err)
                           : 0;
        if (got < 0)
            return -1;
        if (got == 0)
            return error_set(err, ERROR_MISMATCH,
                             "the decrypted stream is not gzip: the bundle is damaged");
        stream->carried += (size_t)got;
    }
}

static void *cut_stream(void *opaque)
{
    struct source_inflate *stream = opaque;
    struct error *error = NULL;
    int more = skip_header(stream, &error) ? -1 : 1;
    while (more > 0) {
        struct block *block = block_ring_begin_fill(stream->ring);
        if (!block)
            break;
        more = cut_piece(stream, block, &error);
        if (more > 0)
            block_ring_end_fill(stream->ring);
    }
    if (more < 0)
        block_ring_fail(stream->ring, error);
    block_ring_end_input(stream->ring);
    return NULL;
}

/* -- the workers -- */

/* A final stored block that was cut by a chance mark takes the end that inflating a piece adds for
 * bytes of its own. */
static bool took_end(const struct block *block)
{
    size_t length = block->output_length;
    return length >= PIECE_INFLATER_ROOM && memcmp(block->output + length - PIECE_INFLATER_ROOM,
                                                   "\x03\x00", PIECE_INFLATER_ROOM) == 0;
}

static void *inflate_pieces(void *opaque)
{
    struct worker *worker = opaque;
    struct source_inflate *stream = worker->stream;
    for (struct block *block; (block = block_ring_begin_pack(stream->ring));) {
        bool hopeful = block->alone && atomic_load(&stream->failures) < GIVE_UP;
        block->output_length = hopeful ? piece_inflate(worker->inflater, block->input,
                                                       block->input_length, block->output, OUTPUT)
                                       : 0;
        if (took_end(block))
            block->output_length = 0;
        if (block->output_length) {
            atomic_store(&stream->failures, 0);
            block->crc = packer_kinds[0]->crc32(0, block->output, block->output_length);
        } else if (hopeful) {
            atomic_fetch_add(&stream->failures, 1);
        }
        block_ring_end_pack(stream->ring, block);
    }
    return NULL;
}

/* -- who reads -- */

/* COUNT bytes of output: what comes next may refer to them. */
static void remember(struct source_inflate *stream, const unsigned char *bytes, size_t count)
{
    if (count >= INFLATER_WINDOW) {
        memcpy(stream->window, bytes + count - INFLATER_WINDOW, INFLATER_WINDOW);
        stream->window_length = INFLATER_WINDOW;
        return;
    }
    size_t keep = INFLATER_WINDOW - count;
    if (keep > stream->window_length)
        keep = stream->window_length;
    memmove(stream->window, stream->window + stream->window_length - keep, keep);
    memcpy(stream->window + keep, bytes, count);
    stream->window_length = keep + count;
}

static void end_block(struct source_inflate *stream)
{
    stream->block = NULL;
    block_ring_end_write(stream->ring);
}

/* A worker's output, piece by piece. */
static ssize_t copy_output(struct source_inflate *stream, void *buffer, size_t count)
{
    struct block *block = stream->block;
    size_t left = block->output_length - stream->used, piece = count < left ? count : left;
    memcpy(buffer, block->output + stream->used, piece);
    stream->used += piece;
    if (piece == left) {
        stream->crc =
            (uint32_t)crc32_combine(stream->crc, block->crc, (z_off_t)block->output_length);
        stream->size += block->output_length;
        remember(stream, block->output, block->output_length);
        end_block(stream);
    }
    return (ssize_t)piece;
}

static int check_trailer(const struct source_inflate *stream, struct error **err)
{
    uint32_t crc, size;
    memcpy(&crc, stream->trailer, sizeof(crc));
    memcpy(&size, stream->trailer + sizeof(crc), sizeof(size));
    if (le32toh(crc) != stream->crc)
        return error_set(err, ERROR_MISMATCH,
                         "the compressed stream is damaged: its CRC-32 does not match");
    if (le32toh(size) != (uint32_t)stream->size)
        return error_set(err, ERROR_MISMATCH,
                         "the compressed stream is damaged: its length does not match");
    return 0;
}

/* What is left of the block belongs to the trailer, or to nothing: then only zeros are allowed. */
static int read_trailer(struct source_inflate *stream, struct error **err)
{
    const struct block *block = stream->block;
    for (; stream->used < block->input_length; stream->used++) {
        unsigned char byte = block->input[stream->used];
        if (stream->trailer_length < TRAILER) {
            stream->trailer[stream->trailer_length++] = byte;
            if (stream->trailer_length == TRAILER && check_trailer(stream, err))
                return -1;
        } else if (byte) {
            return error_set(err, ERROR_MISMATCH,
                             "the compressed stream goes on behind its gzip member");
        }
    }
    end_block(stream);
    return 0;
}

/* Inflate the block's input in order: how many bytes came, perhaps none, -1. */
static ssize_t inflate_in_order(struct source_inflate *stream, unsigned char *buffer, size_t count,
                                struct error **err)
{
    struct block *block = stream->block;
    if (!stream->in_order)
        inflater_begin(stream->inflater, stream->window, stream->window_length);
    stream->in_order = true;
    struct inflater_io io = {
        .in = block->input + stream->used,
        .in_left = block->input_length - stream->used,
        .out = buffer,
        .out_left = count,
    };
    enum inflater_result result = inflater_run(stream->inflater, &io);
    if (result == INFLATER_DAMAGED)
        return error_set(err, ERROR_MISMATCH, "the compressed stream is damaged");
    size_t came = count - io.out_left;
    stream->crc = packer_kinds[0]->crc32(stream->crc, buffer, came);
    stream->size += came;
    remember(stream, buffer, came);
    stream->used = block->input_length - io.in_left;
    stream->final = result == INFLATER_END;
    /* With room left there is nothing more in the input that was taken. */
    if (!stream->final && !io.in_left && io.out_left) {
        stream->in_order = !inflater_between_blocks(stream->inflater);
        end_block(stream);
    }
    return (ssize_t)came;
}

/* The next piece in order: 1, 0 when there is none, -1. */
static int begin_block(struct source_inflate *stream, struct error **err)
{
    stream->block = block_ring_begin_write(stream->ring);
    stream->used = 0;
    if (stream->block)
        return 1;
    if (block_ring_result(stream->ring, err))
        return -1;
    if (stream->trailer_length < TRAILER)
        return error_set(err, ERROR_MISMATCH, "the compressed stream ends too early");
    stream->ended = true;
    return 0;
}

static ssize_t inflate_read(struct source *source, void *buffer, size_t count, struct error **err)
{
    struct source_inflate *stream = container_of(source, struct source_inflate, source);
    while (!stream->ended) {
        int more = stream->block ? 1 : begin_block(stream, err);
        if (more <= 0)
            return more;
        if (stream->final) {
            if (read_trailer(stream, err))
                return -1;
            continue;
        }
        if (stream->block->output_length && !stream->in_order)
            return copy_output(stream, buffer, count);
        ssize_t came = inflate_in_order(stream, buffer, count, err);
        if (came)
            return came;
    }
    return 0;
}

/* -- beginning and end -- */

static void inflate_close(struct source *source)
{
    struct source_inflate *stream = container_of(source, struct source_inflate, source);
    if (stream->cutting) {
        struct error *given_up = NULL;
        error_set(&given_up, ERROR_FAILED, "decompressing was given up");
        block_ring_fail(stream->ring, given_up);
        pthread_join(stream->cutter, NULL);
    }
    for (unsigned i = 0; i < stream->started; i++)
        pthread_join(stream->workers[i].thread, NULL);
    for (unsigned i = 0; i < stream->worker_count; i++)
        piece_inflater_free(stream->workers[i].inflater);
    inflater_free(stream->inflater);
    block_ring_free(stream->ring);
    free(stream->carry);
    free(stream);
}

static const struct source_ops inflate_ops = { .read = inflate_read, .close = inflate_close };

static int start_threads(struct source_inflate *stream, struct error **err)
{
    errno = pthread_create(&stream->cutter, NULL, cut_stream, stream);
    if (errno)
        return error_set_errno(err, "starting a thread");
    stream->cutting = true;
    for (; stream->started < stream->worker_count; stream->started++) {
        struct worker *worker = &stream->workers[stream->started];
        errno = pthread_create(&worker->thread, NULL, inflate_pieces, worker);
        if (errno)
            return error_set_errno(err, "starting a thread");
    }
    return 0;
}

struct source *source_inflate_open(struct source *below, unsigned threads, struct error **err)
{
    struct source_inflate *stream = NEW(struct source_inflate);
    AUTO(source_close) struct source *source = &stream->source;
    stream->source.ops = &inflate_ops;
    stream->below = below;
    stream->at_flush = true;
    stream->carry = xcalloc(1, INPUT);
    unsigned count = threads < CPU_THREADS_MAX ? threads : CPU_THREADS_MAX;
    stream->ring = block_ring_new(count, 2, INPUT + PIECE_INFLATER_ROOM, OUTPUT, err);
    stream->inflater = stream->ring ? inflater_new(err) : NULL;
    if (!stream->inflater)
        return NULL;
    for (; stream->worker_count < count; stream->worker_count++) {
        struct worker *worker = &stream->workers[stream->worker_count];
        worker->stream = stream;
        worker->inflater = piece_inflater_new(err);
        if (!worker->inflater)
            return NULL;
    }
    return start_threads(stream, err) ? NULL : STEAL(source);
}
