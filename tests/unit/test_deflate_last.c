/* SPDX-License-Identifier: Apache-2.0 */
/* The guess of a stream's last block is what a walk over the whole stream finds. */
#include "manifest/deflate_last.h"
#include "tests/unit/check.h"
#include "tests/unit/memory_device.h"

#include <zlib.h>

/* COUNT bytes that compress more or less well, depending on KIND. */
static void fill(unsigned char *bytes, size_t count, unsigned kind)
{
    fill_noise(bytes, count, kind + 1);
    for (size_t i = 0; i < count; i++)
        bytes[i] = kind % 4 == 0   ? bytes[i]
                   : kind % 4 == 1 ? bytes[i] & 7
                   : kind % 4 == 2 ? (unsigned char)("lorem ipsum "[i % 12] + (bytes[i] > 250))
                                   : (unsigned char)(i * i >> 9);
}

static size_t deflate_whole(const unsigned char *bytes, size_t count, int level, unsigned char *out,
                            size_t room)
{
    z_stream z = {
        .next_in = (Bytef *)bytes, .avail_in = (uInt)count, .next_out = out, .avail_out = (uInt)room
    };
    assert_int_equal(deflateInit2(&z, level, Z_DEFLATED, -15, 9, Z_DEFAULT_STRATEGY), Z_OK);
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    size_t length = z.total_out;
    deflateEnd(&z);
    return length;
}

static void a_guess_is_where_the_last_block_begins(void **state)
{
    (void)state;
    enum { LARGEST = 700000, ROOM = 2 * LARGEST };
    static const size_t sizes[] = { 1, 50, 4000, 65535, 65536, 200000, LARGEST };
    static const int levels[] = { 0, 1, 6, 9 };
    struct error *err = NULL;
    AUTO(deflate_last_free) struct deflate_last *last = deflate_last_new(&err);
    AUTO(deflate_walk_free) struct deflate_walk *walk = deflate_walk_new(&err);
    AUTO_FREE unsigned char *bytes = xcalloc(1, LARGEST);
    AUTO_FREE unsigned char *stream = xcalloc(1, ROOM);
    size_t tried = 0, found = 0;
    for (unsigned kind = 0; kind < 8; kind++)
        for (size_t i = 0; i < ARRAY_SIZE(sizes); i++)
            for (size_t j = 0; j < ARRAY_SIZE(levels); j++) {
                fill(bytes, sizes[i], kind);
                size_t length = deflate_whole(bytes, sizes[i], levels[j], stream, ROOM);
                struct deflate_blocks guess = { 0 }, walked = { 0 };
                assert_ok(deflate_walk_run(walk, stream, length, bytes, sizes[i], &walked, &err) ==
                              0,
                          err);
                tried++;
                if (!deflate_last_find(last, stream, length, &guess))
                    continue;
                found++;
                assert_int_equal(guess.last_header, walked.last_header);
                assert_int_equal(guess.end, walked.end);
                assert_true(guess.final);
            }
    /* Blocks with fixed codes are not looked for; all others are found. */
    assert_true(found > tried / 2);
}

static void rubbish_has_no_last_block(void **state)
{
    (void)state;
    struct error *err = NULL;
    AUTO(deflate_last_free) struct deflate_last *last = deflate_last_new(&err);
    unsigned char bytes[3000] = { 0 };
    struct deflate_blocks guess;
    for (size_t length = 0; length < sizeof(bytes); length += 7)
        assert_false(deflate_last_find(last, bytes, length, &guess));
    memset(bytes, 0xff, sizeof(bytes));
    for (size_t length = 0; length < sizeof(bytes); length += 7)
        assert_false(deflate_last_find(last, bytes, length, &guess));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_guess_is_where_the_last_block_begins),
        cmocka_unit_test(rubbish_has_no_last_block),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
