/* SPDX-License-Identifier: Apache-2.0 */
/* A sink in front of another thread: pieces are copied into a ring that the thread empties. */
#include "manifest/sink_thread.h"
#include "forge/base/memory.h"
#include "manifest/block_ring.h"

#include <pthread.h>
#include <string.h>

/* What a core's cache holds: the thread finds it there. */
enum { PIECE = 256 << 10, PIECES = 4 };

struct sink_thread {
    struct sink sink;
    struct sink *below;
    struct block_ring *ring;
    struct block *block; /* being filled, or NULL */
    pthread_t thread;
    bool running;
};

static void *write_pieces(void *opaque)
{
    struct sink_thread *thread = opaque;
    for (struct block *block; (block = block_ring_begin_write(thread->ring));) {
        struct error *error = NULL;
        if (sink_write(thread->below, block->input, block->input_length, &error)) {
            block_ring_fail(thread->ring, error);
            break;
        }
        block_ring_end_write(thread->ring);
    }
    return NULL;
}

static void end_piece(struct sink_thread *thread)
{
    thread->block = NULL;
    block_ring_end_fill(thread->ring);
}

static int begin_piece(struct sink_thread *thread, struct error **err)
{
    thread->block = block_ring_begin_fill(thread->ring);
    if (!thread->block)
        return block_ring_result(thread->ring, err);
    thread->block->input_length = 0;
    return 0;
}

static int sink_thread_write(struct sink *sink, const void *buffer, size_t count,
                             struct error **err)
{
    struct sink_thread *thread = container_of(sink, struct sink_thread, sink);
    const unsigned char *from = buffer;
    while (count) {
        if (!thread->block && begin_piece(thread, err))
            return -1;
        struct block *block = thread->block;
        size_t room = PIECE - block->input_length, piece = count < room ? count : room;
        memcpy(block->input + block->input_length, from, piece);
        block->input_length += piece;
        from += piece;
        count -= piece;
        if (block->input_length == PIECE)
            end_piece(thread);
    }
    return 0;
}

static void join(struct sink_thread *thread)
{
    if (!thread->running)
        return;
    block_ring_end_input(thread->ring);
    pthread_join(thread->thread, NULL);
    thread->running = false;
}

static int sink_thread_finish(struct sink *sink, struct error **err)
{
    struct sink_thread *thread = container_of(sink, struct sink_thread, sink);
    if (thread->block)
        end_piece(thread);
    join(thread);
    if (block_ring_result(thread->ring, err))
        return -1;
    return sink_finish(thread->below, err);
}

/* Without a finish the pieces that are left are not wanted any more. */
static void sink_thread_close(struct sink *sink)
{
    struct sink_thread *thread = container_of(sink, struct sink_thread, sink);
    if (thread->running) {
        struct error *given_up = NULL;
        error_set(&given_up, ERROR_FAILED, "writing was given up");
        block_ring_fail(thread->ring, given_up);
    }
    join(thread);
    block_ring_free(thread->ring);
    free(thread);
}

static const struct sink_ops sink_thread_ops = {
    .write = sink_thread_write,
    .finish = sink_thread_finish,
    .close = sink_thread_close,
};

struct sink *sink_thread_new(struct sink *below, struct error **err)
{
    struct sink_thread *thread = NEW(struct sink_thread);
    AUTO(sink_close) struct sink *sink = &thread->sink;
    thread->sink.ops = &sink_thread_ops;
    thread->below = below;
    thread->ring = block_ring_new(0, PIECES, PIECE, 0, err);
    if (!thread->ring)
        return NULL;
    errno = pthread_create(&thread->thread, NULL, write_pieces, thread);
    if (errno) {
        error_set_errno(err, "starting a thread");
        return NULL;
    }
    thread->running = true;
    return STEAL(sink);
}

void sink_thread_waits(struct sink *sink, int64_t *writers, int64_t *thread)
{
    struct sink_thread *behind = container_of(sink, struct sink_thread, sink);
    *writers = block_ring_waited(behind->ring, BLOCK_READER);
    *thread = block_ring_waited(behind->ring, BLOCK_WRITER);
}
