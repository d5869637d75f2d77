/* SPDX-License-Identifier: Apache-2.0 */
/* Masked areas read as zeros and are holes; everything else comes through. */
#include "fsimage/image/device_mask.h"
#include "tests/unit/memory_device.h"

enum { SIZE = 1000 };

static struct memory_device memory;

/* The memory device, which stays, behind one that may be closed. */
static int through(struct device *device, void *buffer, size_t count, int64_t offset,
                   struct error **err)
{
    (void)device;
    return device_pread(&memory.device, buffer, count, offset, err);
}

static int through_extents(struct device *device, int64_t offset, int64_t length,
                           extent_visitor *visit, void *opaque, struct error **err)
{
    (void)device;
    return device_extents(&memory.device, offset, length, visit, opaque, err);
}

static void no_close(struct device *device)
{
    (void)device;
}

/* 100..200, 300..310 and all from 900 on. */
static struct device *open_mask(void)
{
    static const struct device_ops ops = { .pread = through,
                                           .extents = through_extents,
                                           .close = no_close };
    static struct device below = { .ops = &ops, .size = SIZE };
    struct area_list areas = { 0 };
    area_list_add(&areas, 100, 60);
    area_list_add(&areas, 160, 40);
    area_list_add(&areas, 300, 10);
    area_list_add(&areas, 900, 4096);
    assert_int_equal(areas.count, 3);
    assert_int_equal(area_list_total(&areas), 100 + 10 + 4096);
    struct device *device = device_mask_new(&below, &areas);
    assert_int_equal(areas.count, 0);
    return device;
}

static bool masked(int64_t at)
{
    return (at >= 100 && at < 200) || (at >= 300 && at < 310) || at >= 900;
}

static int begin(void **state)
{
    (void)state;
    memory = memory_device_new(SIZE);
    memset(memory.bytes, 'x', SIZE);
    return 0;
}

static int end(void **state)
{
    (void)state;
    free(memory.bytes);
    return 0;
}

static void every_range_reads_as_it_should(void **state)
{
    (void)state;
    struct error *err = NULL;
    AUTO(device_close) struct device *device = open_mask();
    for (int64_t from = 0; from < SIZE; from += 5) {
        for (int64_t to = from; to <= SIZE; to += 5) {
            char buffer[SIZE];
            assert_ok(device_pread(device, buffer, (size_t)(to - from), from, &err) == 0, err);
            for (int64_t at = from; at < to; at++)
                if (buffer[at - from] != (masked(at) ? 0 : 'x'))
                    fail_msg("%d..%d: byte %d", (int)from, (int)to, (int)at);
        }
    }
    char byte;
    assert_int_equal(device_pread(device, &byte, 1, SIZE, &err), -1);
    assert_error(err, ERROR_INVALID, "outside");
    assert_int_equal(device_pwrite(device, "y", 1, 0, &err), -1);
    assert_error(err, ERROR_FAILED, "for reading only");
}

/* Nobody needs what lies in a free block that cannot be read. */
static void masked_areas_are_not_read(void **state)
{
    (void)state;
    struct error *err = NULL;
    char buffer[SIZE];
    AUTO(device_close) struct device *device = open_mask();
    memory.fail_at = 150;
    assert_ok(device_pread(device, buffer, SIZE, 0, &err) == 0, err);
    memory.fail_at = 99;
    assert_int_equal(device_pread(device, buffer, SIZE, 0, &err), -1);
    assert_error(err, ERROR_FAILED, "bad sector at 99");
    memory.fail_at = -1;
}

static int note(void *opaque, const struct extent *extent, struct error **err)
{
    (void)err;
    char **text = opaque;
    char *longer = xasprintf("%s%d+%d%s ", *text, (int)extent->offset, (int)extent->length,
                             extent->zero ? " zero" : "");
    free(*text);
    *text = longer;
    return 0;
}

static void extents_are_cut_at_the_mask(void **state)
{
    (void)state;
    struct error *err = NULL;
    static const struct extent below[] = { { 0, 150, false },
                                           { 150, 155, true },
                                           { 305, 695, false } };
    AUTO(device_close) struct device *device = open_mask();
    AUTO_FREE char *all = xstrdup(""), *some = xstrdup("");
    assert_ok(device_extents(device, 50, 300, note, &some, &err) == 0, err);
    assert_string_equal(some, "50+50 100+100 zero 200+100 300+10 zero 310+40 ");
    memory.extents = below;
    memory.extent_count = ARRAY_SIZE(below);
    assert_ok(device_extents(device, 0, SIZE, note, &all, &err) == 0, err);
    assert_string_equal(all, "0+100 100+50 zero 150+155 zero 305+5 zero 310+590 900+100 zero ");
    memory.extents = NULL;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_range_reads_as_it_should),
        cmocka_unit_test(masked_areas_are_not_read),
        cmocka_unit_test(extents_are_cut_at_the_mask),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
