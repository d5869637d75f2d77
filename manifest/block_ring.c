/* SPDX-License-Identifier: Apache-2.0 */
/* A ring of blocks between one reader, many packers and one writer.
 *
 *      written      claimed          filled            written + count
 *   ------|------------|----------------|-------------------|------->  block numbers
 *         | being or   |   waiting      |   free for        |
 *         | done packed|   for a packer |   the reader      |
 *
 * The four numbers only grow; block N lives in slot N % count. Packers claim in order and finish in
 * any; the writer waits for the `packed` mark of block `written`. Without packers a filled block is
 * claimed and packed at once. An error ends every wait.
 */
#include "manifest/block_ring.h"
#include "forge/base/memory.h"

#include <pthread.h>
#include <time.h>

struct block_ring {
    pthread_mutex_t lock;
    pthread_cond_t room;     /* the reader waits for a free slot */
    pthread_cond_t work;     /* packers wait for a filled block */
    pthread_cond_t progress; /* the writer waits for block `written` */

    /* written <= claimed <= filled <= written + count; guarded by lock */
    uint64_t written, claimed, filled;
    bool ended;                       /* no block will be filled any more; guarded by lock */
    bool failed;                      /* stays, when the error has been taken; guarded by lock */
    struct error *error;              /* the first one; guarded by lock */
    int64_t waited[BLOCK_ROLE_COUNT]; /* nanoseconds; guarded by lock */

    bool has_packers;
    unsigned count;
    struct block *blocks;
    unsigned char *memory; /* all inputs and outputs */
};

static int64_t now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * INT64_C(1000000000) + time.tv_nsec;
}

/* Under the lock: wait for CONDITION once, and note how long ROLE did. */
static void wait_for(struct block_ring *ring, pthread_cond_t *condition, enum block_role role)
{
    int64_t since = now();
    pthread_cond_wait(condition, &ring->lock);
    ring->waited[role] += now() - since;
}

static void wake_all(struct block_ring *ring)
{
    pthread_cond_broadcast(&ring->room);
    pthread_cond_broadcast(&ring->work);
    pthread_cond_broadcast(&ring->progress);
}

static struct block *slot(struct block_ring *ring, uint64_t number)
{
    return &ring->blocks[number % ring->count];
}

struct block_ring *block_ring_new(unsigned packers, unsigned spare, size_t input_size,
                                  size_t output_size, struct error **err)
{
    unsigned count = packers + spare;
    unsigned char *memory = NULL;
    size_t stride, total;
    if (__builtin_add_overflow(input_size, output_size, &stride) ||
        __builtin_mul_overflow(stride, count, &total) || !(memory = malloc(total))) {
        error_set(err, ERROR_FAILED, "no memory for %u blocks of %zu bytes", count, input_size);
        return NULL;
    }
    struct block_ring *ring = NEW(struct block_ring);
    ring->has_packers = packers;
    ring->count = count;
    ring->memory = memory;
    ring->blocks = xcalloc(count, sizeof(*ring->blocks));
    for (unsigned i = 0; i < count; i++) {
        ring->blocks[i].input = memory + i * stride;
        ring->blocks[i].output = ring->blocks[i].input + input_size;
    }
    pthread_mutex_init(&ring->lock, NULL);
    pthread_cond_init(&ring->room, NULL);
    pthread_cond_init(&ring->work, NULL);
    pthread_cond_init(&ring->progress, NULL);
    return ring;
}

void block_ring_free(struct block_ring *ring)
{
    if (!ring)
        return;
    pthread_cond_destroy(&ring->progress);
    pthread_cond_destroy(&ring->work);
    pthread_cond_destroy(&ring->room);
    pthread_mutex_destroy(&ring->lock);
    error_free(ring->error);
    free(ring->blocks);
    free(ring->memory);
    free(ring);
}

struct block *block_ring_begin_fill(struct block_ring *ring)
{
    pthread_mutex_lock(&ring->lock);
    while (!ring->failed && ring->filled == ring->written + ring->count)
        wait_for(ring, &ring->room, BLOCK_READER);
    struct block *block = ring->failed ? NULL : slot(ring, ring->filled);
    pthread_mutex_unlock(&ring->lock);
    return block;
}

void block_ring_end_fill(struct block_ring *ring)
{
    pthread_mutex_lock(&ring->lock);
    slot(ring, ring->filled)->packed = !ring->has_packers;
    ring->filled++;
    if (!ring->has_packers)
        ring->claimed = ring->filled;
    pthread_cond_signal(ring->has_packers ? &ring->work : &ring->progress);
    pthread_mutex_unlock(&ring->lock);
}

void block_ring_end_input(struct block_ring *ring)
{
    pthread_mutex_lock(&ring->lock);
    ring->ended = true;
    wake_all(ring);
    pthread_mutex_unlock(&ring->lock);
}

struct block *block_ring_begin_pack(struct block_ring *ring)
{
    pthread_mutex_lock(&ring->lock);
    while (!ring->failed && !ring->ended && ring->claimed == ring->filled)
        wait_for(ring, &ring->work, BLOCK_PACKERS);
    bool none = ring->failed || ring->claimed == ring->filled;
    struct block *block = none ? NULL : slot(ring, ring->claimed++);
    pthread_mutex_unlock(&ring->lock);
    return block;
}

void block_ring_end_pack(struct block_ring *ring, struct block *block)
{
    pthread_mutex_lock(&ring->lock);
    block->packed = true;
    if (block == slot(ring, ring->written))
        pthread_cond_signal(&ring->progress);
    pthread_mutex_unlock(&ring->lock);
}

/* Is block `written` packed? A slot the packers have not claimed may carry an old mark. */
static bool next_is_packed(struct block_ring *ring)
{
    return ring->written < ring->claimed && slot(ring, ring->written)->packed;
}

struct block *block_ring_begin_write(struct block_ring *ring)
{
    pthread_mutex_lock(&ring->lock);
    while (!ring->failed && !next_is_packed(ring) &&
           !(ring->ended && ring->written == ring->filled))
        wait_for(ring, &ring->progress, BLOCK_WRITER);
    bool none = ring->failed || ring->written == ring->filled;
    struct block *block = none ? NULL : slot(ring, ring->written);
    pthread_mutex_unlock(&ring->lock);
    return block;
}

void block_ring_end_write(struct block_ring *ring)
{
    pthread_mutex_lock(&ring->lock);
    ring->written++;
    pthread_cond_signal(&ring->room);
    pthread_mutex_unlock(&ring->lock);
}

void block_ring_fail(struct block_ring *ring, struct error *error)
{
    pthread_mutex_lock(&ring->lock);
    if (!ring->failed)
        ring->error = STEAL(error);
    ring->failed = true;
    wake_all(ring);
    pthread_mutex_unlock(&ring->lock);
    error_free(error);
}

int64_t block_ring_waited(struct block_ring *ring, enum block_role role)
{
    pthread_mutex_lock(&ring->lock);
    int64_t waited = ring->waited[role];
    pthread_mutex_unlock(&ring->lock);
    return waited;
}

int block_ring_result(struct block_ring *ring, struct error **err)
{
    pthread_mutex_lock(&ring->lock);
    struct error *error = STEAL(ring->error);
    bool failed = ring->failed;
    pthread_mutex_unlock(&ring->lock);
    if (error)
        return error_move(err, error);
    return failed ? error_set(err, ERROR_FAILED, "the stream has failed before") : 0;
}
