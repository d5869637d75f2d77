/* SPDX-License-Identifier: Apache-2.0 */
/* Pieces of a device read as one, and never beyond them. */
#include "forge/base/device_pieces.h"
#include "tests/unit/memory_device.h"

enum { SIZE = 1000 };

static void pieces_read_as_one(void **state)
{
    (void)state;
    static const struct device_piece pieces[] = { { 900, 100 }, { 0, 0 }, { 10, 1 }, { 300, 50 } };
    unsigned char expected[151], got[151];
    struct error *err = NULL;
    struct memory_device memory = memory_device_new(SIZE);
    fill_noise(memory.bytes, SIZE, 1);
    memcpy(expected, memory.bytes + 900, 100);
    memcpy(expected + 100, memory.bytes + 10, 1);
    memcpy(expected + 101, memory.bytes + 300, 50);
    AUTO(device_close)
    struct device *device = device_pieces_new(&memory.device, pieces, ARRAY_SIZE(pieces), &err);
    assert_ok(device, err);
    assert_int_equal(device->size, 151);
    for (size_t from = 0; from <= 151; from++) {
        for (size_t count = 0; count <= 151 - from; count++) {
            assert_ok(device_pread(device, got, count, (int64_t)from, &err) == 0, err);
            assert_memory_equal(got, expected + from, count);
        }
    }
    assert_int_equal(device_pread(device, got, 2, 150, &err), -1);
    error_free(err);
    free(memory.bytes);
}

static void pieces_are_within_the_device(void **state)
{
    (void)state;
    static const struct device_piece pieces[][2] = {
        { { 0, 10 }, { 999, 2 } },
        { { -1, 10 }, { 0, 1 } },
        { { 0, -1 }, { 0, 1 } },
        { { INT64_MAX, 10 }, { 0, 1 } },
    };
    struct memory_device memory = memory_device_new(SIZE);
    for (size_t i = 0; i < ARRAY_SIZE(pieces); i++) {
        struct error *err = NULL;
        assert_null(device_pieces_new(&memory.device, pieces[i], 2, &err));
        assert_error(err, ERROR_INVALID, "beyond the end");
    }
    free(memory.bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_read_as_one),
        cmocka_unit_test(pieces_are_within_the_device),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
