/* SPDX-License-Identifier: Apache-2.0 */
/* Streams of every maker inflate to what went in, on any number of threads; faults are found. */
#include "manifest/pack_stream.h"
#include "manifest/source_inflate.h"
#include "tests/fuzz/memory_source.h"
#include "tests/unit/check.h"
#include "tests/unit/memory_device.h"

#include <zlib.h>

enum { SIZE = 5 * 1000 * 1000 };

static unsigned char *content; /* SIZE bytes */

/* Text, noise, zeros, and noise that is full of flush marks. */
static int make_content(void **state)
{
    (void)state;
    content = xcalloc(1, SIZE);
    fill_noise(content + SIZE / 4, SIZE / 2, 3);
    for (size_t i = 0; i < SIZE / 4; i++)
        content[i] = (unsigned char)"lorem ipsum dolor sit amet, "[(i * i >> 9) % 28];
    for (size_t i = SIZE / 2; i < SIZE / 2 + 300000; i += 997)
        memcpy(content + i, "\x00\x00\xff\xff", 4);
    return 0;
}

static int free_content(void **state)
{
    (void)state;
    free(content);
    return 0;
}

struct stream {
    unsigned char *bytes;
    size_t length;
};

/* zlib's gzip member of CONTENT, with FLUSH every STEP bytes. */
static struct stream by_zlib(int level, int flush, size_t step)
{
    struct stream stream = { xcalloc(2, SIZE), 0 };
    z_stream z = { .next_out = stream.bytes, .avail_out = 2 * SIZE };
    assert_int_equal(deflateInit2(&z, level, Z_DEFLATED, 16 + 15, 9, Z_DEFAULT_STRATEGY), Z_OK);
    for (size_t at = 0; at < SIZE; at += step) {
        z.next_in = content + at;
        z.avail_in = (uInt)(SIZE - at < step ? SIZE - at : step);
        assert_int_equal(deflate(&z, flush), Z_OK);
    }
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    stream.length = z.total_out;
    deflateEnd(&z);
    return stream;
}

struct collecting_sink {
    struct sink sink;
    struct stream *stream;
};

static int collect(struct sink *sink, const void *buffer, size_t count, struct error **err)
{
    (void)err;
    struct stream *stream = container_of(sink, struct collecting_sink, sink)->stream;
    memcpy(stream->bytes + stream->length, buffer, count);
    stream->length += count;
    return 0;
}

static int finish(struct sink *sink, struct error **err)
{
    (void)sink;
    (void)err;
    return 0;
}

static const struct sink_ops collecting_ops = { .write = collect, .finish = finish };

/* What our own packers make. */
static struct stream by_packer(const struct packer_kind *kind)
{
    struct error *err = NULL;
    struct stream stream = { xcalloc(2, SIZE), 0 };
    struct collecting_sink sink = { { &collecting_ops }, &stream };
    struct memory_source memory = memory_source_of(content, SIZE);
    struct bundle_stats stats = { 0 };
    struct pack_options options = { .kind = kind, .level = 1, .threads = 2, .stats = &stats };
    AUTO_FREE char *digest = NULL;
    assert_ok(pack_stream(&memory.source, &sink.sink, &options, &digest, &err) == 0, err);
    return stream;
}

/* Inflate STREAM whole: 0 and what came is CONTENT, or -1 and the error. */
static int inflate_all(const struct stream *stream, unsigned threads, size_t step,
                       struct error **err)
{
    alarm(60);
    struct memory_source memory = memory_source_of(stream->bytes, stream->length);
    AUTO(source_close)
    struct source *source = source_inflate_open(&memory.source, threads, err);
    assert_non_null(source);
    AUTO_FREE unsigned char *back = xcalloc(1, SIZE + 1);
    size_t total = 0;
    ssize_t got;
    while ((got = source_read(source, back + total,
                              SIZE + 1 - total < step ? SIZE + 1 - total : step, err)) > 0)
        total += (size_t)got;
    alarm(0);
    if (got < 0)
        return -1;
    assert_int_equal(total, SIZE);
    assert_memory_equal(back, content, SIZE);
    return 0;
}

static void check(struct stream stream)
{
    static const unsigned threads[] = { 1, 2, 5 };
    static const size_t steps[] = { 777, 256 << 10, SIZE + 1 };
    for (size_t i = 0; i < ARRAY_SIZE(threads); i++)
        for (size_t j = 0; j < ARRAY_SIZE(steps); j++) {
            struct error *err = NULL;
            assert_ok(inflate_all(&stream, threads[i], steps[j], &err) == 0, err);
        }
    free(stream.bytes);
}

static void streams_of_our_packers(void **state)
{
    (void)state;
    for (size_t i = 0; packer_kinds[i]; i++)
        check(by_packer(packer_kinds[i]));
}

static void streams_without_a_flush(void **state)
{
    (void)state;
    check(by_zlib(9, Z_NO_FLUSH, SIZE));
    check(by_zlib(0, Z_NO_FLUSH, SIZE)); /* stored: every mark of the content is in sight */
}

/* Pieces that refer to those before, as pigz makes them, and pieces that do not. */
static void streams_with_flushes(void **state)
{
    (void)state;
    check(by_zlib(6, Z_SYNC_FLUSH, 128 << 10));
    check(by_zlib(6, Z_FULL_FLUSH, 128 << 10));
    check(by_zlib(6, Z_SYNC_FLUSH, 100));
    check(by_zlib(0, Z_FULL_FLUSH, 1 << 20));
    check(by_zlib(6, Z_FULL_FLUSH, 3 << 20)); /* larger than our packers' */
}

static void flushes_of_both_kinds_in_turn(void **state)
{
    (void)state;
    struct stream stream = { xcalloc(2, SIZE), 0 };
    z_stream z = { .next_out = stream.bytes, .avail_out = 2 * SIZE };
    assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, 16 + 15, 9, Z_DEFAULT_STRATEGY), Z_OK);
    size_t piece = 0;
    for (size_t at = 0; at < SIZE; at += 100000, piece++) {
        z.next_in = content + at;
        z.avail_in = (uInt)(SIZE - at < 100000 ? SIZE - at : 100000);
        assert_int_equal(deflate(&z, piece % 3 ? Z_FULL_FLUSH : Z_SYNC_FLUSH), Z_OK);
    }
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    stream.length = z.total_out;
    deflateEnd(&z);
    check(stream);
}

/* A chance mark two bytes in front of a final stored block's end: what inflates a piece adds an end
 * of two bytes, which fit there too well. */
static void a_final_block_that_a_mark_cuts(void **state)
{
    (void)state;
    enum { COUNT = 606 };
    struct stream stream = { xcalloc(1, 1024), 0 };
    unsigned char bytes[COUNT];
    fill_noise(bytes, COUNT, 5);
    memcpy(bytes + COUNT - 6, "\x00\x00\xff\xffXY", 6);
    z_stream z = {
        .next_in = bytes, .avail_in = COUNT, .next_out = stream.bytes, .avail_out = 1024
    };
    assert_int_equal(deflateInit2(&z, 0, Z_DEFLATED, 16 + 15, 9, Z_DEFAULT_STRATEGY), Z_OK);
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    stream.length = z.total_out;
    deflateEnd(&z);
    struct error *err = NULL;
    struct memory_source memory = memory_source_of(stream.bytes, stream.length);
    AUTO(source_close) struct source *source = source_inflate_open(&memory.source, 2, &err);
    unsigned char back[COUNT + 1];
    assert_int_equal(source_read_full(source, back, sizeof(back), &err), COUNT);
    assert_memory_equal(back, bytes, COUNT);
    free(stream.bytes);
}

/* EDITED inflates to an error that has SENTENCE, on one thread and on several. */
static void assert_damaged(const struct stream *edited, const char *sentence)
{
    for (unsigned threads = 1; threads <= 3; threads += 2) {
        struct error *err = NULL;
        if (inflate_all(edited, threads, 256 << 10, &err) == 0)
            fail_msg("not found: %s", sentence);
        assert_error(err, ERROR_MISMATCH, sentence);
    }
}

static void faults_are_found(void **state)
{
    (void)state;
    const struct packer_kind *kinds[] = { packer_kinds[0], NULL };
    for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
        struct stream stream = kinds[i] ? by_packer(kinds[i]) : by_zlib(6, Z_NO_FLUSH, SIZE);
        unsigned char *trailer = stream.bytes + stream.length - 8;

        trailer[0] ^= 1;
        assert_damaged(&stream, "its CRC-32 does not match");
        trailer[0] ^= 1;
        trailer[4] ^= 1;
        assert_damaged(&stream, "its length does not match");
        trailer[4] ^= 1;

        struct stream torn = stream;
        static const size_t missing[] = { 1, 8, 9, 100000 };
        for (size_t j = 0; j < ARRAY_SIZE(missing); j++) {
            torn.length = stream.length - missing[j];
            assert_damaged(&torn, "ends too early");
        }
        torn.length = 5;
        assert_damaged(&torn, "is not gzip");

        struct stream longer = { xcalloc(1, stream.length + 100000), stream.length + 100000 };
        memcpy(longer.bytes, stream.bytes, stream.length);
        struct error *err = NULL;
        assert_ok(inflate_all(&longer, 2, 1 << 20, &err) == 0, err); /* zeros may follow */
        longer.bytes[longer.length - 1] = 1;
        assert_damaged(&longer, "goes on behind its gzip member");
        free(longer.bytes);
        free(stream.bytes);
    }
}

static void a_reader_may_leave_at_any_time(void **state)
{
    (void)state;
    struct stream stream = by_packer(packer_kinds[0]);
    for (size_t read = 0; read < 3000000; read += 599999) {
        alarm(60);
        struct error *err = NULL;
        struct memory_source memory = memory_source_of(stream.bytes, stream.length);
        AUTO(source_close) struct source *source = source_inflate_open(&memory.source, 2, &err);
        AUTO_FREE unsigned char *back = xcalloc(1, read + 1);
        assert_int_equal(source_read_full(source, back, read, &err), read);
        assert_memory_equal(back, content, read);
    }
    alarm(0);
    free(stream.bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(streams_of_our_packers),
        cmocka_unit_test(streams_without_a_flush),
        cmocka_unit_test(streams_with_flushes),
        cmocka_unit_test(flushes_of_both_kinds_in_turn),
        cmocka_unit_test(a_final_block_that_a_mark_cuts),
        cmocka_unit_test(faults_are_found),
        cmocka_unit_test(a_reader_may_leave_at_any_time),
    };
    return cmocka_run_group_tests(tests, make_content, free_content);
}
