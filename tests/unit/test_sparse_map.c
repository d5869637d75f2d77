/* SPDX-License-Identifier: Apache-2.0 */
/* Holes come from the content alone, whatever the device calls its ranges. */
#include "forge/base/digest.h"
#include "manifest/bundle.h"
#include "manifest/bundle_stats.h"
#include "manifest/sparse_map.h"
#include "tests/unit/check.h"
#include "tests/unit/memory_device.h"

enum { BLOCK = BUNDLE_SPARSE_BLOCK };

struct image {
    const char *blocks; /* 'x': one byte at the end of the block, '.': zeros */
    int64_t tail;       /* bytes of the last block */
    struct sparse_run runs[4];
};

static const struct image images[] = {
    { "xxxx", BLOCK, { { 0, 4 * BLOCK } } },
    { "....", BLOCK, { { 0, 0 } } },
    { "x...", BLOCK, { { 0, BLOCK } } },
    { "...x", BLOCK, { { 3 * BLOCK, BLOCK } } },
    { "x.xx.x", 1, { { 0, BLOCK }, { 2 * BLOCK, 2 * BLOCK }, { 5 * BLOCK, 1 } } },
    { "x.xx..", 511, { { 0, BLOCK }, { 2 * BLOCK, 2 * BLOCK } } },
    { "x", 17, { { 0, 17 } } },
    { ".", 1, { { 0, 0 } } },
    { "..................................x.", 5, { { 34 * BLOCK, BLOCK } } },
};

static struct memory_device make_image(const struct image *image)
{
    int64_t count = (int64_t)strlen(image->blocks);
    struct memory_device memory = memory_device_new((count - 1) * BLOCK + image->tail);
    for (int64_t i = 0; i < count; i++) {
        int64_t length = i + 1 < count ? BLOCK : image->tail;
        memory.bytes[i * BLOCK + length - 1] = image->blocks[i] == 'x';
    }
    return memory;
}

static void check_map(const struct sparse_map *map, const struct image *image)
{
    int64_t data = 0;
    size_t count = 0;
    for (; count < ARRAY_SIZE(image->runs) && image->runs[count].length; count++) {
        assert_true(count < map->count);
        assert_int_equal(map->runs[count].offset, image->runs[count].offset);
        assert_int_equal(map->runs[count].length, image->runs[count].length);
        data += map->runs[count].length;
    }
    assert_int_equal(map->count, count);
    assert_int_equal(map->data, data);
    assert_int_equal(sparse_map_is_dense(map), data == map->size);
}

static void holes_are_found_in_the_content(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(images); i++) {
        struct error *err = NULL;
        AUTO_SPARSE_MAP struct sparse_map map = { 0 };
        struct memory_device memory = make_image(&images[i]);
        assert_ok(sparse_map_scan(&memory.device, 2, NULL, &map, NULL, &(struct bundle_stats){ 0 },
                                  &err) == 0,
                  err);
        assert_int_equal(map.size, memory.device.size);
        check_map(&map, &images[i]);
        free(memory.bytes);
    }
}

/* The same image, cut into extents that respect no block, has the same map. */
static void extents_do_not_change_the_map(void **state)
{
    (void)state;
    const struct image *image = &images[4]; /* x.xx.x */
    struct memory_device memory = make_image(image);
    const struct extent extents[] = {
        { 0, 5, true },
        { 5, BLOCK - 5, false },
        { BLOCK, 100, true },
        { BLOCK + 100, BLOCK, false },
        { 2 * BLOCK + 100, 2 * BLOCK, false },
        { 4 * BLOCK + 100, 412, true },
        { 4 * BLOCK + 512, BLOCK - 511, false },
    };
    memory.extents = extents;
    memory.extent_count = ARRAY_SIZE(extents);
    struct error *err = NULL;
    AUTO_SPARSE_MAP struct sparse_map map = { 0 };
    assert_ok(sparse_map_scan(&memory.device, 2, NULL, &map, NULL, &(struct bundle_stats){ 0 },
                              &err) == 0,
              err);
    check_map(&map, image);
    assert_int_equal(memory.bytes_read, memory.device.size); /* every block once */
    free(memory.bytes);
}

static char *content_digest(struct memory_device *memory)
{
    struct error *err = NULL;
    AUTO_SPARSE_MAP struct sparse_map map = { 0 };
    AUTO(digest_free) struct digest *digest = digest_new(DIGEST_SHA256, &err);
    assert_ok(digest, err);
    assert_ok(sparse_map_scan(&memory->device, 2, NULL, &map, digest, &(struct bundle_stats){ 0 },
                              &err) == 0,
              err);
    return digest_final_hex(digest);
}

static void the_digest_is_of_the_content_alone(void **state)
{
    (void)state;
    struct memory_device memory = make_image(&images[4]);
    AUTO_FREE char *plain = content_digest(&memory);
    const struct extent extents[] = {
        { 0, 5, true },
        { 5, 2 * BLOCK, false },
        { 2 * BLOCK + 5, BLOCK, false },
        { 3 * BLOCK + 5, BLOCK, false },
        { 4 * BLOCK + 5, BLOCK - 5, true },
        { 5 * BLOCK, 1, false },
    };
    memory.extents = extents;
    memory.extent_count = ARRAY_SIZE(extents);
    AUTO_FREE char *mapped = content_digest(&memory);
    assert_string_equal(plain, mapped);
    memory.bytes[7] = 1;
    AUTO_FREE char *changed = content_digest(&memory);
    assert_string_not_equal(plain, changed);
    free(memory.bytes);
}

static void extents_are_taken_as_they_are(void **state)
{
    (void)state;
    struct error *err = NULL;
    struct memory_device memory = memory_device_new(10000);
    const struct extent extents[] = { { 0, 600, false },    { 600, 100, false },
                                      { 700, 1500, true },  { 2200, 10, false },
                                      { 2210, 6000, true }, { 8210, 1790, false } };
    memory.extents = extents;
    memory.extent_count = ARRAY_SIZE(extents);
    AUTO_SPARSE_MAP struct sparse_map map = { 0 };
    assert_ok(sparse_map_of_extents(&memory.device, &map, &err) == 0, err);
    const struct sparse_run expected[] = { { 0, 1024 }, { 2048, 512 }, { 8192, 1808 } };
    assert_int_equal(map.count, ARRAY_SIZE(expected));
    assert_memory_equal(map.runs, expected, sizeof(expected));
    assert_int_equal(map.data, 1024 + 512 + 1808);
    assert_int_equal(memory.bytes_read, 0);
    free(memory.bytes);
}

static void a_single_byte_anywhere_makes_a_block_data(void **state)
{
    (void)state;
    const int64_t at[] = { 0, 1, 15, 16, 17, 4095, 4096, BLOCK - 17, BLOCK - 1 };
    struct memory_device memory = memory_device_new(3 * BLOCK);
    for (size_t i = 0; i < ARRAY_SIZE(at); i++) {
        struct error *err = NULL;
        AUTO_SPARSE_MAP struct sparse_map map = { 0 };
        memory.bytes[BLOCK + at[i]] = 0x80;
        assert_ok(sparse_map_scan(&memory.device, 2, NULL, &map, NULL, &(struct bundle_stats){ 0 },
                                  &err) == 0,
                  err);
        memory.bytes[BLOCK + at[i]] = 0;
        assert_int_equal(map.count, 1);
        assert_int_equal(map.runs[0].offset, BLOCK);
        assert_int_equal(map.runs[0].length, BLOCK);
    }
    free(memory.bytes);
}

static void a_read_error_is_reported(void **state)
{
    (void)state;
    struct memory_device memory = memory_device_new(40 * BLOCK);
    memory.fail_at = 33 * BLOCK;
    struct error *err = NULL;
    AUTO_SPARSE_MAP struct sparse_map map = { 0 };
    assert_int_equal(
        sparse_map_scan(&memory.device, 2, NULL, &map, NULL, &(struct bundle_stats){ 0 }, &err),
        -1);
    assert_error(err, ERROR_FAILED, "bad sector");
    free(memory.bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(holes_are_found_in_the_content),
        cmocka_unit_test(extents_do_not_change_the_map),
        cmocka_unit_test(the_digest_is_of_the_content_alone),
        cmocka_unit_test(extents_are_taken_as_they_are),
        cmocka_unit_test(a_single_byte_anywhere_makes_a_block_data),
        cmocka_unit_test(a_read_error_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
