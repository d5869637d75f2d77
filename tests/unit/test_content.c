/* SPDX-License-Identifier: Apache-2.0 */
/* Encoded contents of files: what zlib packed comes out as it went in, and no more than that. */
#include "forge/base/base64.h"
#include "forge/base/strings.h"
#include "fsimage/ops/content.h"
#include "tests/unit/check.h"

#include <zlib.h>

/* The COUNT bytes at BYTES as a gzip file; owned, *LENGTH of them. */
static char *pack(const char *bytes, size_t count, size_t *length)
{
    z_stream z = { .next_in = (unsigned char *)bytes, .avail_in = (uInt)count };
    assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, 16 + 15, 8, Z_DEFAULT_STRATEGY), Z_OK);
    size_t room = deflateBound(&z, count);
    char *packed = xcalloc(room, 1);
    z.next_out = (unsigned char *)packed;
    z.avail_out = (uInt)room;
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    *length = z.total_out;
    deflateEnd(&z);
    return packed;
}

/* What the COUNT bytes at PACKED come to as the content of a file; owned, NULL with an error. */
static char *decode(const char *packed, size_t count, size_t *length, struct error **err)
{
    AUTO_FREE char *text = base64_encode(packed, count);
    return content_decode(text, "gzip+base64", length, err);
}

static void one_layer_of_gzip_comes_off(void **state)
{
    (void)state;
    struct error *err = NULL;
    size_t inner_length, outer_length, length;
    AUTO_FREE char *inner = pack("a\0b", 3, &inner_length);
    AUTO_FREE char *outer = pack(inner, inner_length, &outer_length);
    AUTO_FREE char *once = decode(outer, outer_length, &length, &err);
    assert_ok(once, err);
    assert_int_equal(length, inner_length);
    assert_memory_equal(once, inner, inner_length);
    AUTO_FREE char *twice = decode(once, length, &length, &err);
    assert_ok(twice, err);
    assert_int_equal(length, 3);
    assert_memory_equal(twice, "a\0b", 3);
}

static void an_empty_file_comes_out_empty(void **state)
{
    (void)state;
    struct error *err = NULL;
    size_t count, length;
    AUTO_FREE char *packed = pack("", 0, &count);
    AUTO_FREE char *bytes = decode(packed, count, &length, &err);
    assert_ok(bytes, err);
    assert_int_equal(length, 0);
}

static void what_is_too_large_or_damaged_is_refused(void **state)
{
    (void)state;
    enum { MAX = 16 << 20 };
    struct error *err = NULL;
    size_t count, length;
    AUTO_FREE char *zeros = xcalloc(MAX + 1, 1);
    AUTO_FREE char *most = pack(zeros, MAX, &count);
    AUTO_FREE char *bytes = decode(most, count, &length, &err);
    assert_ok(bytes, err);
    assert_int_equal(length, MAX);
    assert_null(decode(most, count / 2, &length, &err));
    assert_error(err, ERROR_USAGE, "the content is not in gzip: ");
    err = NULL;
    AUTO_FREE char *more = pack(zeros, MAX + 1, &count);
    assert_null(decode(more, count, &length, &err));
    assert_error(err, ERROR_USAGE, "the content is larger than 16 MiB");
    err = NULL;
    assert_null(decode("plain", 5, &length, &err));
    assert_error(err, ERROR_USAGE, "it does not begin as such");
}

static void what_is_cut_off_is_refused(void **state)
{
    (void)state;
    struct error *err = NULL;
    size_t count, length;
    AUTO_FREE char *packed = pack("hi", 2, &count);
    for (size_t i = 2; i < count; i++) {
        assert_null(decode(packed, i, &length, &err));
        assert_error(err, ERROR_USAGE, "the content is not in gzip: it is damaged");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_layer_of_gzip_comes_off),
        cmocka_unit_test(an_empty_file_comes_out_empty),
        cmocka_unit_test(what_is_too_large_or_damaged_is_refused),
        cmocka_unit_test(what_is_cut_off_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
