/* SPDX-License-Identifier: Apache-2.0 */
/* The pipeline: a reader thread digests and cuts, packer threads deflate, the caller writes.
 *
 *   source -> reader: SHA-1 -> [ block_ring ] -> packers: deflate, check, CRC-32
 *                                             -> caller, in order: gzip frame -> sink
 */
#include "manifest/pack_stream.h"
#include "forge/base/cancel.h"
#include "forge/base/digest.h"
#include "forge/base/memory.h"
#include "manifest/block_ring.h"
#include "manifest/gzip_frame.h"

#include <pthread.h>
#include <string.h>

/* Small enough to keep many in memory, large enough that starting afresh costs nothing. */
enum { BLOCK_BYTES = 1 << 20 };

struct reader {
    struct block_ring *ring;
    struct source *source;
    struct digest *digest;
    struct bundle_stats *stats;
    int64_t clock;
};

struct worker {
    struct block_ring *ring;
    struct packer *packer;
    pthread_t thread;
};

static int fill_block(struct reader *reader, struct block *block, struct error **err)
{
    if (cancel_check(err))
        return -1;
    ssize_t got = source_read_full(reader->source, block->input, BLOCK_BYTES, err);
    if (got < 0)
        return -1;
    block->input_length = (size_t)got;
    stage_lap(&reader->stats->stages[STAGE_READ], &reader->clock, got);
    digest_update(reader->digest, block->input, block->input_length);
    stage_lap(&reader->stats->stages[STAGE_SHA1], &reader->clock, got);
    return 0;
}

static void *read_blocks(void *opaque)
{
    struct reader *reader = opaque;
    reader->clock = stage_clock();
    for (struct block *block; (block = block_ring_begin_fill(reader->ring));) {
        struct error *error = NULL;
        if (fill_block(reader, block, &error)) {
            block_ring_fail(reader->ring, error);
            break;
        }
        if (!block->input_length)
            break;
        block_ring_end_fill(reader->ring);
    }
    block_ring_end_input(reader->ring);
    return NULL;
}

static void *pack_blocks(void *opaque)
{
    struct worker *worker = opaque;
    size_t room = packer_bound(worker->packer, BLOCK_BYTES);
    for (struct block *block; (block = block_ring_begin_pack(worker->ring));) {
        struct error *error = NULL;
        if (packer_pack(worker->packer, block->input, block->input_length, block->output, room,
                        &block->output_length, &block->crc, &error))
            block_ring_fail(worker->ring, error);
        block_ring_end_pack(worker->ring, block);
    }
    return NULL;
}

static int write_blocks(struct block_ring *ring, struct sink *sink,
                        const struct pack_options *options, struct error **err)
{
    struct gzip_frame frame;
    int64_t clock = stage_clock();
    if (gzip_frame_begin(&frame, sink, err))
        return -1;
    for (struct block *block; (block = block_ring_begin_write(ring));) {
        if (cancel_check(err) || gzip_frame_add(&frame, block->output, block->output_length,
                                                block->crc, block->input_length, err))
            return -1;
        stage_lap(&options->stats->stages[STAGE_ENCRYPT], &clock, (int64_t)block->output_length);
        progress_update(options->progress, (int64_t)frame.size);
        block_ring_end_write(ring);
    }
    return gzip_frame_end(&frame, err);
}

static int start_thread(pthread_t *thread, void *(*run)(void *), void *opaque, struct error **err)
{
    errno = pthread_create(thread, NULL, run, opaque);
    return errno ? error_set_errno(err, "starting a thread") : 0;
}

/* Run the threads around write_blocks: whatever fails, all of them are joined before returning. */
static int run_pipeline(struct reader *reader, struct worker *workers, unsigned count,
                        struct sink *sink, const struct pack_options *options, struct error **err)
{
    struct block_ring *ring = reader->ring;
    struct error *error = NULL;
    pthread_t reading;
    if (start_thread(&reading, read_blocks, reader, err))
        return -1;
    unsigned started = 0;
    while (started < count &&
           !start_thread(&workers[started].thread, pack_blocks, &workers[started], &error))
        started++;
    if (error || write_blocks(ring, sink, options, &error))
        block_ring_fail(ring, error);
    pthread_join(reading, NULL);
    for (unsigned i = 0; i < started; i++)
        pthread_join(workers[i].thread, NULL);
    return block_ring_result(ring, err);
}

static void free_workers(struct worker *workers, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        packer_free(workers[i].packer);
    free(workers);
}

/* Packers are made here, so that their threads allocate nothing; NULL on error. */
static struct worker *make_workers(const struct pack_options *options, struct error **err)
{
    struct worker *workers = xcalloc(options->threads, sizeof(*workers));
    for (unsigned i = 0; i < options->threads; i++) {
        workers[i].packer = packer_new(options->kind, options->level, err);
        if (!workers[i].packer) {
            free_workers(workers, options->threads);
            return NULL;
        }
    }
    return workers;
}

/* All threads have been joined. */
static void note_work(struct block_ring *ring, const struct worker *workers,
                      const struct pack_options *options)
{
    struct bundle_stats *stats = options->stats;
    for (unsigned i = 0; i < options->threads; i++) {
        const struct packer_stages *stages = packer_stages(workers[i].packer);
        stage_add(&stats->stages[STAGE_DEFLATE], &stages->deflate);
        stage_add(&stats->stages[STAGE_CHECK], &stages->check);
        stage_add(&stats->stages[STAGE_CRC], &stages->crc);
    }
    stats->packers = options->threads;
    stats->waits[THREAD_READER] = block_ring_waited(ring, BLOCK_READER);
    stats->waits[THREAD_PACKERS] = block_ring_waited(ring, BLOCK_PACKERS);
    stats->waits[THREAD_ENCRYPTOR] += block_ring_waited(ring, BLOCK_WRITER);
}

/* The highest levels need megabytes for each packer, and so much time that waiting costs nothing.
 */
static unsigned spare_blocks(const struct pack_options *options)
{
    enum { HUNGRY_LEVEL = 10 };
    return options->level < HUNGRY_LEVEL ? 2 : 1;
}

static int pack_with(struct worker *workers, struct source *source, struct sink *sink,
                     const struct pack_options *options, char **digest, struct error **err)
{
    size_t room = packer_bound(workers[0].packer, BLOCK_BYTES);
    AUTO(digest_free) struct digest *sha1 = digest_new(DIGEST_SHA1, err);
    AUTO(block_ring_free)
    struct block_ring *ring =
        sha1 ? block_ring_new(options->threads, spare_blocks(options), BLOCK_BYTES, room, err)
             : NULL;
    if (!ring)
        return -1;
    for (unsigned i = 0; i < options->threads; i++)
        workers[i].ring = ring;
    struct reader reader = {
        .ring = ring, .source = source, .digest = sha1, .stats = options->stats
    };
    int result = run_pipeline(&reader, workers, options->threads, sink, options, err);
    note_work(ring, workers, options);
    if (result || sink_finish(sink, err))
        return -1;
    *digest = digest_final_hex(sha1);
    return 0;
}

int pack_stream(struct source *source, struct sink *sink, const struct pack_options *options,
                char **digest, struct error **err)
{
    struct worker *workers = make_workers(options, err);
    if (!workers)
        return -1;
    int result = pack_with(workers, source, sink, options, digest, err);
    free_workers(workers, options->threads);
    return result;
}
