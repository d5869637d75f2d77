/* SPDX-License-Identifier: Apache-2.0 */
/* The pipeline: one gzip member, the same for every number of threads; errors end it cleanly. */
#include "forge/base/digest.h"
#include "manifest/pack_stream.h"
#include "tests/unit/check.h"
#include "tests/unit/memory_device.h"

#include <zlib.h>

/* A source over memory, and a sink that collects; each can fail at a position. */
struct memory_source {
    struct source source;
    const unsigned char *bytes;
    size_t count, at, fail_at;
};

struct memory_sink {
    struct sink sink;
    unsigned char *bytes;
    size_t count, room, fail_at;
    bool finished;
};

static ssize_t memory_source_read(struct source *source, void *buffer, size_t count,
                                  struct error **err)
{
    struct memory_source *memory = container_of(source, struct memory_source, source);
    size_t left = memory->count - memory->at;
    size_t piece = count < left ? count : left;
    piece = piece < 300000 ? piece : 300000; /* short reads are allowed */
    if (memory->at + piece > memory->fail_at)
        return error_set(err, ERROR_INVALID, "the source broke");
    memcpy(buffer, memory->bytes + memory->at, piece);
    memory->at += piece;
    return (ssize_t)piece;
}

static int memory_sink_write(struct sink *sink, const void *buffer, size_t count,
                             struct error **err)
{
    struct memory_sink *memory = container_of(sink, struct memory_sink, sink);
    if (memory->count + count > memory->fail_at)
        return error_set(err, ERROR_FAILED, "the sink is full");
    if (memory->count + count > memory->room) {
        memory->room = 2 * (memory->count + count);
        memory->bytes = xrealloc(memory->bytes, memory->room, 1);
    }
    memcpy(memory->bytes + memory->count, buffer, count);
    memory->count += count;
    return 0;
}

static int memory_sink_finish(struct sink *sink, struct error **err)
{
    (void)err;
    container_of(sink, struct memory_sink, sink)->finished = true;
    return 0;
}

static const struct source_ops memory_source_ops = { .read = memory_source_read };
static const struct sink_ops memory_sink_ops = { .write = memory_sink_write,
                                                 .finish = memory_sink_finish };

/* Data that is part noise, part zeros, part pattern. */
static unsigned char *make_data(size_t count)
{
    unsigned char *bytes = xcalloc(1, count + 1);
    for (size_t at = 0; at < count; at += 100000) {
        size_t piece = count - at < 100000 ? count - at : 100000;
        if (at / 100000 % 3 == 0)
            fill_noise(bytes + at, piece, at);
        if (at / 100000 % 3 == 1)
            memset(bytes + at, 'a', piece / 2);
    }
    return bytes;
}

static int pack(const unsigned char *bytes, size_t count, const char *kind, unsigned threads,
                size_t source_fails, struct memory_sink *out, char **digest, struct error **err)
{
    struct memory_source in = {
        .source = { &memory_source_ops }, .bytes = bytes, .count = count, .fail_at = source_fails
    };
    struct bundle_stats stats = { 0 };
    struct pack_options options = {
        .kind = packer_find(kind, 6), .level = 6, .threads = threads, .stats = &stats
    };
    out->sink.ops = &memory_sink_ops;
    alarm(60);
    int result = pack_stream(&in.source, &out->sink, &options, digest, err);
    alarm(0);
    return result;
}

static struct memory_sink endless_sink(void)
{
    return (struct memory_sink){ .fail_at = SIZE_MAX };
}

/* GZIP is exactly one member that holds the COUNT bytes. */
static void check_member(const struct memory_sink *gzip, const unsigned char *bytes, size_t count)
{
    static const unsigned char header[] = { 0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 3 };
    assert_memory_equal(gzip->bytes, header, sizeof(header));
    AUTO_FREE unsigned char *back = xcalloc(1, count + 1);
    z_stream z = { .next_in = gzip->bytes, .avail_in = (uInt)gzip->count };
    assert_int_equal(inflateInit2(&z, 16 + 15), Z_OK);
    z.next_out = back;
    z.avail_out = (uInt)count + 1;
    assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END); /* CRC and length are right, too */
    assert_int_equal(z.avail_in, 0);
    assert_int_equal(z.total_out, count);
    assert_memory_equal(back, bytes, count);
    inflateEnd(&z);
}

static void every_size_gives_one_member_and_the_right_digest(void **state)
{
    (void)state;
    const size_t sizes[] = { 0, 1, 511, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, 5000000 };
    for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
        struct error *err = NULL;
        AUTO_FREE unsigned char *bytes = make_data(sizes[i]);
        AUTO_FREE char *digest = NULL;
        struct memory_sink out = endless_sink();
        assert_ok(pack(bytes, sizes[i], NULL, 2, SIZE_MAX, &out, &digest, &err) == 0, err);
        assert_true(out.finished);
        check_member(&out, bytes, sizes[i]);
        AUTO(digest_free) struct digest *sha1 = digest_new(DIGEST_SHA1, &err);
        assert_ok(sha1, err);
        digest_update(sha1, bytes, sizes[i]);
        AUTO_FREE char *expected = digest_final_hex(sha1);
        assert_string_equal(digest, expected);
        free(out.bytes);
    }
}

static void every_number_of_threads_gives_the_same_bytes(void **state)
{
    (void)state;
    enum { COUNT = 9 * 1000 * 1000 };
    AUTO_FREE unsigned char *bytes = make_data(COUNT);
    for (size_t kind = 0; packer_kinds[kind]; kind++) {
        struct memory_sink first = endless_sink();
        for (unsigned threads = 1; threads <= 5; threads++) {
            struct error *err = NULL;
            AUTO_FREE char *digest = NULL;
            struct memory_sink out = endless_sink();
            assert_ok(pack(bytes, COUNT, packer_kinds[kind]->name, threads, SIZE_MAX, &out, &digest,
                           &err) == 0,
                      err);
            if (threads == 1) {
                check_member(&out, bytes, COUNT);
                first = out;
                continue;
            }
            assert_int_equal(out.count, first.count);
            assert_memory_equal(out.bytes, first.bytes, first.count);
            free(out.bytes);
        }
        free(first.bytes);
    }
}

static void a_broken_source_or_a_full_sink_ends_it(void **state)
{
    (void)state;
    enum { COUNT = 12 << 20 };
    AUTO_FREE unsigned char *bytes = make_data(COUNT);
    const size_t at[] = { 0, 5, 3 << 20, 4 * 1000 * 1000 };
    for (unsigned threads = 1; threads <= 3; threads++) {
        for (size_t i = 0; i < ARRAY_SIZE(at); i++) {
            struct error *err = NULL;
            char *digest = NULL;
            struct memory_sink out = endless_sink();
            assert_int_equal(pack(bytes, COUNT, NULL, threads, at[i], &out, &digest, &err), -1);
            assert_error(err, ERROR_INVALID, "the source broke");
            assert_false(out.finished);
            free(out.bytes);
            out = (struct memory_sink){ .fail_at = at[i] };
            assert_int_equal(pack(bytes, COUNT, NULL, threads, SIZE_MAX, &out, &digest, &err), -1);
            assert_error(err, ERROR_FAILED, "the sink is full");
            assert_null(digest);
            free(out.bytes);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_size_gives_one_member_and_the_right_digest),
        cmocka_unit_test(every_number_of_threads_gives_the_same_bytes),
        cmocka_unit_test(a_broken_source_or_a_full_sink_ends_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
