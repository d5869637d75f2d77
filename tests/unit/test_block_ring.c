/* SPDX-License-Identifier: Apache-2.0 */
/* The ring under threads: order kept, nothing lost, every error ends every wait. */
#include "manifest/block_ring.h"
#include "tests/unit/check.h"

#include <pthread.h>

enum { BLOCKS = 500, NEVER = -1, SIZE = 64 };

/* Who fails, and at which block; NEVER for nobody. */
struct plan {
    struct block_ring *ring;
    int blocks, reader_fails, packer_fails, writer_fails;
    int written;
    unsigned packers;
};

static struct error *failure(const char *who)
{
    struct error *error = NULL;
    error_set(&error, ERROR_FAILED, "%s failed", who);
    return error;
}

static void *reader(void *opaque)
{
    struct plan *plan = opaque;
    for (int i = 0; i < plan->blocks; i++) {
        struct block *block = block_ring_begin_fill(plan->ring);
        if (!block)
            break;
        if (i == plan->reader_fails) {
            block_ring_fail(plan->ring, failure("reader"));
            break;
        }
        memcpy(block->input, &i, sizeof(i));
        block->input_length = sizeof(i);
        block_ring_end_fill(plan->ring);
    }
    block_ring_end_input(plan->ring);
    return NULL;
}

static void *packer(void *opaque)
{
    struct plan *plan = opaque;
    for (struct block *block; (block = block_ring_begin_pack(plan->ring));) {
        int number;
        memcpy(&number, block->input, sizeof(number));
        if (number % 7 == 0)
            usleep(50); /* finish out of order */
        if (number == plan->packer_fails)
            block_ring_fail(plan->ring, failure("packer"));
        memcpy(block->output, block->input, block->input_length);
        block->output_length = block->input_length;
        block_ring_end_pack(plan->ring, block);
    }
    return NULL;
}

static void write_all_blocks(struct plan *plan)
{
    for (struct block *block; (block = block_ring_begin_write(plan->ring));) {
        int number;
        memcpy(&number, plan->packers ? block->output : block->input, sizeof(number));
        if (number != plan->written)
            fail_msg("block %d came as number %d", number, plan->written);
        if (number == plan->writer_fails) {
            block_ring_fail(plan->ring, failure("writer"));
            return;
        }
        plan->written++;
        block_ring_end_write(plan->ring);
    }
}

static int run(struct plan *plan, unsigned packers, struct error **err)
{
    pthread_t reading, packing[8];
    alarm(60); /* a lost wake-up is a failure, not a hang */
    plan->packers = packers;
    plan->ring = block_ring_new(packers, packers ? 1 + packers % 2 : 4, SIZE, SIZE, err);
    assert_non_null(plan->ring);
    assert_int_equal(pthread_create(&reading, NULL, reader, plan), 0);
    for (unsigned i = 0; i < packers; i++)
        assert_int_equal(pthread_create(&packing[i], NULL, packer, plan), 0);
    write_all_blocks(plan);
    pthread_join(reading, NULL);
    for (unsigned i = 0; i < packers; i++)
        pthread_join(packing[i], NULL);
    int result = block_ring_result(plan->ring, err);
    block_ring_free(plan->ring);
    alarm(0);
    return result;
}

static struct plan plan_of(int blocks)
{
    return (struct plan){
        .blocks = blocks, .reader_fails = NEVER, .packer_fails = NEVER, .writer_fails = NEVER
    };
}

static void blocks_come_out_in_the_order_of_filling(void **state)
{
    (void)state;
    const int counts[] = { 0, 1, 3, BLOCKS };
    static const unsigned packer_counts[] = { 0, 1, 3, 5 };
    for (size_t j = 0; j < ARRAY_SIZE(packer_counts); j++) {
        unsigned packers = packer_counts[j];
        for (size_t i = 0; i < ARRAY_SIZE(counts); i++) {
            struct error *err = NULL;
            struct plan plan = plan_of(counts[i]);
            assert_ok(run(&plan, packers, &err) == 0, err);
            assert_int_equal(plan.written, counts[i]);
        }
    }
}

static void an_error_anywhere_ends_everybody(void **state)
{
    (void)state;
    const int at[] = { 0, 1, 100, BLOCKS - 1 };
    for (size_t i = 0; i < ARRAY_SIZE(at); i++) {
        for (unsigned packers = 0; packers <= 4; packers += 2) {
            struct error *err = NULL;
            struct plan plan = plan_of(BLOCKS);
            plan.reader_fails = at[i];
            assert_int_equal(run(&plan, packers, &err), -1);
            assert_error(err, ERROR_FAILED, "reader failed");

            plan = plan_of(BLOCKS);
            plan.packer_fails = at[i];
            if (packers) {
                assert_int_equal(run(&plan, packers, &err), -1);
                assert_error(err, ERROR_FAILED, "packer failed");
            }

            plan = plan_of(BLOCKS);
            plan.writer_fails = at[i];
            assert_int_equal(run(&plan, packers, &err), -1);
            assert_error(err, ERROR_FAILED, "writer failed");
            assert_int_equal(plan.written, at[i]);
        }
    }
}

static void the_first_error_wins(void **state)
{
    (void)state;
    struct error *err = NULL;
    struct block_ring *ring = block_ring_new(1, 2, SIZE, SIZE, &err);
    assert_ok(ring, err);
    block_ring_fail(ring, failure("first"));
    block_ring_fail(ring, failure("second"));
    assert_null(block_ring_begin_fill(ring));
    assert_null(block_ring_begin_pack(ring));
    assert_null(block_ring_begin_write(ring));
    assert_int_equal(block_ring_result(ring, &err), -1);
    assert_error(err, ERROR_FAILED, "first failed");
    assert_null(block_ring_begin_fill(ring)); /* for good, though the error has been taken */
    block_ring_free(ring);
}

static void too_large_a_ring_is_an_error(void **state)
{
    (void)state;
    struct error *err = NULL;
    assert_null(block_ring_new(1, 2, SIZE_MAX / 2, SIZE, &err));
    assert_error(err, ERROR_FAILED, "no memory");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_come_out_in_the_order_of_filling),
        cmocka_unit_test(an_error_anywhere_ends_everybody),
        cmocka_unit_test(the_first_error_wins),
        cmocka_unit_test(too_large_a_ring_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
