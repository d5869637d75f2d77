/* SPDX-License-Identifier: Apache-2.0 */
/* Streams through a thread of their own: the same bytes, every error, no hang. */
#include "manifest/sink_thread.h"
#include "manifest/source_thread.h"
#include "tests/unit/check.h"
#include "tests/unit/memory_device.h"

enum { SIZE = 3 * 1000 * 1000 };

/* A sink that compares with NOISE, slowly, and can fail at a position. */
struct comparing_sink {
    struct sink sink;
    const unsigned char *expected;
    size_t at, fail_at;
    bool finished;
};

static int compare(struct sink *sink, const void *buffer, size_t count, struct error **err)
{
    struct comparing_sink *comparing = container_of(sink, struct comparing_sink, sink);
    if (comparing->at + count > comparing->fail_at)
        return error_set(err, ERROR_INVALID, "the disk is full");
    if (memcmp(comparing->expected + comparing->at, buffer, count) != 0)
        return error_set(err, ERROR_FAILED, "another byte behind %zu", comparing->at);
    comparing->at += count;
    usleep(200);
    return 0;
}

static int finish(struct sink *sink, struct error **err)
{
    struct comparing_sink *comparing = container_of(sink, struct comparing_sink, sink);
    comparing->finished = true;
    return comparing->at < SIZE ? error_set(err, ERROR_FAILED, "too early") : 0;
}

static const struct sink_ops comparing_ops = { .write = compare, .finish = finish };

/* Write NOISE in pieces of PIECE bytes: 0 or -1, as a caller sees it. */
static int push(struct comparing_sink *below, size_t piece, bool finish_it, struct error **err)
{
    alarm(60);
    AUTO(sink_close) struct sink *sink = sink_thread_new(&below->sink, err);
    assert_non_null(sink);
    for (size_t at = 0; at < SIZE; at += piece)
        if (sink_write(sink, below->expected + at, SIZE - at < piece ? SIZE - at : piece, err))
            return -1;
    int result = finish_it ? sink_finish(sink, err) : 0;
    alarm(0);
    return result;
}

static unsigned char *noise(void)
{
    unsigned char *bytes = xcalloc(1, SIZE);
    fill_noise(bytes, SIZE, 7);
    return bytes;
}

static void a_sink_behind_a_thread_gets_every_byte(void **state)
{
    (void)state;
    AUTO_FREE unsigned char *bytes = noise();
    static const size_t pieces[] = { 1000, 256 << 10, 1 << 20, SIZE };
    for (size_t i = 0; i < ARRAY_SIZE(pieces); i++) {
        struct error *err = NULL;
        struct comparing_sink below = { { &comparing_ops }, bytes, 0, SIZE, false };
        assert_ok(push(&below, pieces[i], true, &err) == 0, err);
        assert_int_equal(below.at, SIZE);
        assert_true(below.finished);
    }
}

static void its_error_comes_back(void **state)
{
    (void)state;
    AUTO_FREE unsigned char *bytes = noise();
    static const size_t at[] = { 0, 300000, SIZE - 1 };
    for (size_t i = 0; i < ARRAY_SIZE(at); i++) {
        struct error *err = NULL;
        struct comparing_sink below = { { &comparing_ops }, bytes, 0, at[i], false };
        assert_int_equal(push(&below, 100000, true, &err), -1);
        assert_error(err, ERROR_INVALID, "the disk is full");
        assert_false(below.finished);
    }
}

static void closing_without_a_finish_stops_the_thread(void **state)
{
    (void)state;
    struct error *err = NULL;
    AUTO_FREE unsigned char *bytes = noise();
    struct comparing_sink below = { { &comparing_ops }, bytes, 0, SIZE, false };
    assert_ok(push(&below, 100000, false, &err) == 0, err);
    assert_false(below.finished);
}

/* A source of NOISE in uneven pieces, that can fail at a position. */
struct uneven_source {
    struct source source;
    const unsigned char *bytes;
    size_t at, fail_at;
};

static ssize_t uneven_read(struct source *source, void *buffer, size_t count, struct error **err)
{
    struct uneven_source *uneven = container_of(source, struct uneven_source, source);
    size_t piece = uneven->at % 3 ? 1000 : 70001, left = SIZE - uneven->at;
    if (piece > count)
        piece = count;
    if (piece > left)
        piece = left;
    if (uneven->at + piece > uneven->fail_at)
        return error_set(err, ERROR_MISMATCH, "the disk is broken");
    memcpy(buffer, uneven->bytes + uneven->at, piece);
    uneven->at += piece;
    return (ssize_t)piece;
}

static const struct source_ops uneven_ops = { .read = uneven_read };

static void a_source_behind_a_thread_gives_every_byte(void **state)
{
    (void)state;
    AUTO_FREE unsigned char *bytes = noise();
    AUTO_FREE unsigned char *back = xcalloc(1, SIZE + 1);
    static const size_t pieces[] = { 999, 256 << 10, SIZE + 1 };
    for (size_t i = 0; i < ARRAY_SIZE(pieces); i++) {
        struct error *err = NULL;
        struct uneven_source below = { { &uneven_ops }, bytes, 0, SIZE };
        AUTO(source_close) struct source *source = source_thread_open(&below.source, &err);
        assert_ok(source, err);
        alarm(60);
        size_t total = 0;
        ssize_t got;
        while ((got = source_read(source, back + total,
                                  SIZE + 1 - total < pieces[i] ? SIZE + 1 - total : pieces[i],
                                  &err)) > 0)
            total += (size_t)got;
        assert_ok(got == 0, err);
        alarm(0);
        assert_int_equal(total, SIZE);
        assert_memory_equal(back, bytes, SIZE);
        assert_int_equal(source_read(source, back, 1, &err), 0); /* the end stays the end */
    }
}

static void its_error_comes_up(void **state)
{
    (void)state;
    AUTO_FREE unsigned char *bytes = noise();
    AUTO_FREE unsigned char *back = xcalloc(1, SIZE);
    static const size_t at[] = { 0, 1500000, SIZE - 1 };
    for (size_t i = 0; i < ARRAY_SIZE(at); i++) {
        struct error *err = NULL;
        struct uneven_source below = { { &uneven_ops }, bytes, 0, at[i] };
        AUTO(source_close) struct source *source = source_thread_open(&below.source, &err);
        assert_ok(source, err);
        assert_int_equal(source_read_full(source, back, SIZE, &err), -1);
        assert_error(err, ERROR_MISMATCH, "the disk is broken");
    }
}

static void closing_early_stops_the_reading_thread(void **state)
{
    (void)state;
    struct error *err = NULL;
    AUTO_FREE unsigned char *bytes = noise();
    struct uneven_source below = { { &uneven_ops }, bytes, 0, SIZE };
    AUTO(source_close) struct source *source = source_thread_open(&below.source, &err);
    unsigned char byte;
    assert_int_equal(source_read(source, &byte, 1, &err), 1);
    assert_int_equal(byte, bytes[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_source_behind_a_thread_gives_every_byte),
        cmocka_unit_test(its_error_comes_up),
        cmocka_unit_test(closing_early_stops_the_reading_thread),
        cmocka_unit_test(a_sink_behind_a_thread_gets_every_byte),
        cmocka_unit_test(its_error_comes_back),
        cmocka_unit_test(closing_without_a_finish_stops_the_thread),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
