/* SPDX-License-Identifier: Apache-2.0 */
/* The one place where threads meet: a ring of blocks that are filled, packed and written. */
#ifndef FORGE_MANIFEST_BLOCK_RING_H
#define FORGE_MANIFEST_BLOCK_RING_H

#include "forge/base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A thread owns the block between begin and end. */
struct block {
    unsigned char *input; /* the ring's input_size bytes */
    size_t input_length;
    unsigned char *output; /* the ring's output_size bytes */
    size_t output_length;
    int64_t offset; /* where the input comes from, if that matters */
    bool alone;     /* the input can be understood without what is before it, if that matters */
    uint32_t crc;   /* CRC-32 of the input */
    bool packed;    /* the ring's own mark */
};

struct block_ring;

/* A ring for one reader, any number of packers and one writer. Without packers (0) a block that is
 * filled goes to the writer as it is. There are PACKERS + SPARE blocks: with two spare ones, one
 * is filled ahead while one is written; more hold memory and win nothing, with one the threads wait
 * for each other now and then. Nothing is allocated later. */
MUST_CHECK struct block_ring *block_ring_new(unsigned packers, unsigned spare, size_t input_size,
                                             size_t output_size, struct error **err);
void block_ring_free(struct block_ring *ring); /* after all threads are done with it */
DEFINE_CLEANUP(struct block_ring *, block_ring_free)

/* Reader: the next free block to fill; NULL when the ring has failed. */
struct block *block_ring_begin_fill(struct block_ring *ring);
void block_ring_end_fill(struct block_ring *ring);

/* Reader: there are no more blocks. */
void block_ring_end_input(struct block_ring *ring);

/* Packer: the next filled block; NULL when there are no more or the ring has failed. */
struct block *block_ring_begin_pack(struct block_ring *ring);
void block_ring_end_pack(struct block_ring *ring, struct block *block);

/* Writer: the next block in the order of filling; NULL after the last one, or when the ring has
 * failed. */
struct block *block_ring_begin_write(struct block_ring *ring);
void block_ring_end_write(struct block_ring *ring);

/* Any thread: stop everybody. Takes ERROR; the first one wins. */
void block_ring_fail(struct block_ring *ring, struct error *error);

/* Who can wait, and for how long they did so far, in nanoseconds: the packers' sum. */
enum block_role { BLOCK_READER, BLOCK_PACKERS, BLOCK_WRITER, BLOCK_ROLE_COUNT };
int64_t block_ring_waited(struct block_ring *ring, enum block_role role);

/* -1 and the error that stopped the ring, or 0; asked again, -1 and a sentence without the reason.
 */
MUST_CHECK int block_ring_result(struct block_ring *ring, struct error **err);

#endif
