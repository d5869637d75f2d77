/* SPDX-License-Identifier: Apache-2.0 */
/* A source in front of another thread, which fills a ring that reads empty. */
#include "manifest/source_thread.h"
#include "forge/base/memory.h"
#include "manifest/block_ring.h"

#include <pthread.h>
#include <string.h>

/* What a core's cache holds: the reader finds it there. */
enum { PIECE = 256 << 10, PIECES = 4 };

struct source_thread {
    struct source source;
    struct source *below;
    struct block_ring *ring;
    struct block *block; /* being read, or NULL */
    size_t used;         /* bytes of it that were read */
    pthread_t thread;
    bool running;
};

static void *read_ahead(void *opaque)
{
    struct source_thread *thread = opaque;
    for (struct block *block; (block = block_ring_begin_fill(thread->ring));) {
        struct error *error = NULL;
        ssize_t got = source_read(thread->below, block->input, PIECE, &error);
        if (got < 0)
            block_ring_fail(thread->ring, error);
        if (got <= 0)
            break;
        block->input_length = (size_t)got;
        block_ring_end_fill(thread->ring);
    }
    block_ring_end_input(thread->ring);
    return NULL;
}

static ssize_t source_thread_read(struct source *source, void *buffer, size_t count,
                                  struct error **err)
{
    struct source_thread *thread = container_of(source, struct source_thread, source);
    if (!thread->block) {
        thread->block = block_ring_begin_write(thread->ring);
        thread->used = 0;
    }
    struct block *block = thread->block;
    if (!block)
        return block_ring_result(thread->ring, err);
    size_t left = block->input_length - thread->used, piece = count < left ? count : left;
    memcpy(buffer, block->input + thread->used, piece);
    thread->used += piece;
    if (thread->used == block->input_length) {
        thread->block = NULL;
        block_ring_end_write(thread->ring);
    }
    return (ssize_t)piece;
}

static void source_thread_close(struct source *source)
{
    struct source_thread *thread = container_of(source, struct source_thread, source);
    if (thread->running) {
        struct error *given_up = NULL;
        error_set(&given_up, ERROR_FAILED, "reading was given up");
        block_ring_fail(thread->ring, given_up);
        pthread_join(thread->thread, NULL);
    }
    block_ring_free(thread->ring);
    free(thread);
}

static const struct source_ops source_thread_ops = {
    .read = source_thread_read,
    .close = source_thread_close,
};

struct source *source_thread_open(struct source *below, struct error **err)
{
    struct source_thread *thread = NEW(struct source_thread);
    AUTO(source_close) struct source *source = &thread->source;
    thread->source.ops = &source_thread_ops;
    thread->below = below;
    thread->ring = block_ring_new(0, PIECES, PIECE, 0, err);
    if (!thread->ring)
        return NULL;
    errno = pthread_create(&thread->thread, NULL, read_ahead, thread);
    if (errno) {
        error_set_errno(err, "starting a thread");
        return NULL;
    }
    thread->running = true;
    return STEAL(source);
}
