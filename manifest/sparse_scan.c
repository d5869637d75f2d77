/* SPDX-License-Identifier: Apache-2.0 */
/* Finding the data of an image in its content, on all processors:
 *
 *   reader: data extents -> [ block_ring ] -> packers: which blocks hold zeros alone
 *                                          -> caller, in order: map, SHA-256 of the content
 */
#include "forge/base/cancel.h"
#include "forge/base/cpu.h"
#include "forge/base/digest.h"
#include "forge/base/memory.h"
#include "manifest/block_ring.h"
#include "manifest/bundle.h"
#include "manifest/bundle_stats.h"
#include "manifest/sparse_map.h"

#include <endian.h>
#include <pthread.h>
#include <string.h>
#include <sys/param.h>

/* A slot's input is a run of blocks, its output a byte for each: has it data? */
enum { BLOCK = BUNDLE_SPARSE_BLOCK, BLOCKS = 16, CHUNK = BLOCKS * BLOCK };

struct reader {
    struct device *image;
    struct block_ring *ring;
    int64_t done; /* all before it has been read, or is zero */
    struct bundle_stats *stats;
    int64_t clock;
};

struct worker {
    struct block_ring *ring;
    struct stage zeros;
    pthread_t thread;
};

/* -- the reader -- */

/* Read [OFFSET, OFFSET + LENGTH), at most CHUNK bytes, into a slot: 0, or -1 when the ring failed.
 */
static int read_chunk(struct reader *reader, int64_t offset, int64_t length, struct error **err)
{
    struct block *block = block_ring_begin_fill(reader->ring);
    if (!block)
        return error_set(err, ERROR_FAILED, "the scan was given up");
    if (cancel_check(err) || device_pread(reader->image, block->input, (size_t)length, offset, err))
        return -1;
    block->offset = offset;
    block->input_length = (size_t)length;
    stage_lap(&reader->stats->stages[STAGE_SCAN_READ], &reader->clock, length);
    block_ring_end_fill(reader->ring);
    return 0;
}

/* Blocks are read whole and once, wherever an extent begins and ends in them. */
static int read_extent(void *opaque, const struct extent *extent, struct error **err)
{
    struct reader *reader = opaque;
    if (extent->zero || !extent->length)
        return 0;
    int64_t end =
        MIN(reader->image->size, (extent->offset + extent->length + BLOCK - 1) / BLOCK * BLOCK);
    int64_t offset = extent->offset / BLOCK * BLOCK;
    if (offset < reader->done)
        offset = reader->done;
    while (offset < end) {
        int64_t length = MIN(end - offset, CHUNK);
        if (read_chunk(reader, offset, length, err))
            return -1;
        reader->done = offset += length;
    }
    return 0;
}

static void *read_image(void *opaque)
{
    struct reader *reader = opaque;
    struct error *error = NULL;
    reader->clock = stage_clock();
    if (device_extents(reader->image, 0, reader->image->size, read_extent, reader, &error))
        block_ring_fail(reader->ring, error);
    block_ring_end_input(reader->ring);
    return NULL;
}

/* -- the workers -- */

static void *look_at_blocks(void *opaque)
{
    struct worker *worker = opaque;
    int64_t clock = stage_clock();
    for (struct block *block; (block = block_ring_begin_pack(worker->ring));) {
        size_t count = (block->input_length + BLOCK - 1) / BLOCK;
        for (size_t i = 0; i < count; i++) {
            size_t length = block->input_length - i * BLOCK;
            block->output[i] =
                !is_all_zero(block->input + i * BLOCK, length < BLOCK ? length : BLOCK);
        }
        block->output_length = count;
        stage_lap(&worker->zeros, &clock, (int64_t)block->input_length);
        block_ring_end_pack(worker->ring, block);
    }
    return NULL;
}

/* -- the caller -- */

static void hash_number(struct digest *digest, uint64_t number)
{
    uint64_t big_endian = htobe64(number);
    digest_update(digest, &big_endian, sizeof(big_endian));
}

/* Holes are left out: where the data lies says where they are. */
static void hash_block(struct digest *digest, int64_t offset, const void *block, size_t length)
{
    hash_number(digest, (uint64_t)offset);
    hash_number(digest, length);
    digest_update(digest, block, length);
}

static void collect(struct block_ring *ring, struct progress *progress, struct sparse_map *map,
                    struct digest *content, struct bundle_stats *stats)
{
    int64_t clock = stage_clock();
    for (struct block *block; (block = block_ring_begin_write(ring));) {
        for (size_t i = 0; i < block->output_length; i++) {
            size_t left = block->input_length - i * BLOCK, length = left < BLOCK ? left : BLOCK;
            int64_t offset = block->offset + (int64_t)(i * BLOCK);
            if (!block->output[i])
                continue;
            sparse_map_add(map, offset, offset + (int64_t)length, BLOCK);
            if (content)
                hash_block(content, offset, block->input + i * BLOCK, length);
        }
        progress_update(progress, block->offset + (int64_t)block->input_length);
        stage_lap(&stats->stages[STAGE_CONTENT], &clock,
                  content ? (int64_t)block->input_length : 0);
        block_ring_end_write(ring);
    }
}

/* Run the threads around collect: whatever fails, all of them are joined before returning. */
static int scan(struct reader *reader, struct worker *workers, unsigned count,
                struct progress *progress, struct sparse_map *map, struct digest *content,
                struct error **err)
{
    struct block_ring *ring = reader->ring;
    pthread_t reading;
    unsigned started = 0;
    errno = pthread_create(&reading, NULL, read_image, reader);
    if (errno)
        return error_set_errno(err, "starting a thread");
    while (started < count && !(errno = pthread_create(&workers[started].thread, NULL,
                                                       look_at_blocks, &workers[started])))
        started++;
    if (started) {
        collect(ring, progress, map, content, reader->stats);
    } else {
        struct error *error = NULL;
        error_set_errno(&error, "starting a thread");
        block_ring_fail(ring, error);
    }
    pthread_join(reading, NULL);
    for (unsigned i = 0; i < started; i++) {
        pthread_join(workers[i].thread, NULL);
        stage_add(&reader->stats->stages[STAGE_SCAN], &workers[i].zeros);
    }
    return block_ring_result(ring, err);
}

int sparse_map_scan(struct device *image, unsigned threads, struct progress *progress,
                    struct sparse_map *out, struct digest *content, struct bundle_stats *stats,
                    struct error **err)
{
    struct worker workers[CPU_THREADS_MAX] = { 0 };
    unsigned count = threads < CPU_THREADS_MAX ? threads : CPU_THREADS_MAX;
    AUTO(block_ring_free) struct block_ring *ring = block_ring_new(count, 2, CHUNK, BLOCKS, err);
    if (!ring)
        return -1;
    for (unsigned i = 0; i < count; i++)
        workers[i].ring = ring;
    struct reader reader = { .image = image, .ring = ring, .stats = stats };
    out->size = image->size;
    if (content)
        hash_number(content, (uint64_t)image->size);
    progress_begin(progress, "looking for holes", image->size);
    int result = scan(&reader, workers, count, progress, out, content, err);
    progress_end(progress);
    stats->waits[THREAD_SCAN_READER] = block_ring_waited(ring, BLOCK_READER);
    stats->waits[THREAD_SCANNERS] = block_ring_waited(ring, BLOCK_PACKERS);
    stats->waits[THREAD_SCAN_COLLECTOR] = block_ring_waited(ring, BLOCK_WRITER);
    return result;
}
