/* SPDX-License-Identifier: Apache-2.0 */
/* The disk around a root file system that changes its size: larger before the session, as large as
 * was decided after it. */
#include "forge/build/in_place.h"
#include "fsimage/disk/partition_table.h"
#include "tests/unit/images.h"

#include <unistd.h>

static char *dir, *path;

/* A disk of 16 MiB with what sfdisk makes of SCRIPT, under an overlay. */
static struct image *base;
static struct overlay *overlay;

static int set_up(void **state)
{
    (void)state;
    dir = make_scratch();
    path = path_join(dir, "disk");
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    overlay_close(overlay);
    image_close(base);
    free(path);
    remove_scratch(dir);
    return 0;
}

static void make_disk(const char *script)
{
    struct error *err = NULL;
    AUTO_FREE char *command =
        xasprintf("truncate -s 16M '%s'; [ -z '%s' ] || printf '%s' | sfdisk -q --no-reread "
                  "--no-tell-kernel '%s'",
                  path, script, script, path);
    run("/bin/sh", "-c", command);
    base = image_open(path, NULL, &err);
    overlay = base ? overlay_create(base, dir, &err) : NULL;
    assert_ok(overlay, err);
}

#define GPT "label: gpt\\nstart=2048, size=2048\\nstart=4096, size=8192\\n"
#define MBR "label: dos\\nstart=2048, size=2048, type=82\\nstart=4096, size=8192, type=83\\n"

/* The overlay has SIZE bytes, and partition 2 so many of them. */
static void assert_disk(int64_t size, int64_t partition)
{
    struct error *err = NULL;
    AUTO(device_close) struct device *disk = image_device(overlay_image(overlay), &err);
    AUTO_PARTITIONS struct partition_table table = { 0 };
    assert_ok(disk, err);
    assert_int_equal(disk->size, size);
    assert_ok(partition_table_read(disk, &table, &err) == 0, err);
    assert_int_equal(table.count, 2);
    assert_int_equal(table.items[0].area.size, 1 * MIB);
    assert_int_equal(table.items[1].area.offset, 2 * MIB);
    assert_int_equal(table.items[1].area.size, partition);
}

static void a_larger_disk_is_there_before_the_session(void **state)
{
    (void)state;
    struct error *err = NULL;
    struct in_place in_place = { 0 };
    const struct layout_request request = { .size_kind = LAYOUT_EXACT, .size = 64 * MIB };
    make_disk(GPT);
    assert_ok(in_place_begin(&in_place, &request, overlay, &err) == 0, err);
    assert_disk(64 * MIB, 61 * MIB);
    assert_ok(in_place_finish(&in_place, overlay, &err) == 0, err);
    assert_disk(64 * MIB, 61 * MIB);
}

static void space_behind_the_last_partition_is_used(void **state)
{
    (void)state;
    struct error *err = NULL;
    struct in_place in_place = { 0 };
    const struct layout_request request = { .size_kind = LAYOUT_EXACT, .size = 12 * MIB };
    make_disk(MBR);
    assert_ok(in_place_begin(&in_place, &request, overlay, &err) == 0, err);
    assert_disk(16 * MIB, 10 * MIB);
}

static void free_space_has_room_to_be_made_in(void **state)
{
    (void)state;
    struct error *err = NULL;
    struct in_place in_place = { 0 };
    const struct layout_request request = { .size_kind = LAYOUT_FREE, .size = 8 * MIB };
    make_disk(MBR);
    assert_ok(in_place_begin(&in_place, &request, overlay, &err) == 0, err);
    assert_true(overlay_image(overlay)->virtual_size >= 32 * MIB);
    assert_int_equal(in_place.area.offset + in_place.area.size,
                     overlay_image(overlay)->virtual_size);
}

static void a_smaller_disk_is_cut_after_the_session(void **state)
{
    (void)state;
    struct error *err = NULL;
    struct in_place in_place = { 0 };
    const struct layout_request request = { .size_kind = LAYOUT_MIN };
    make_disk(GPT);
    assert_ok(in_place_begin(&in_place, &request, overlay, &err) == 0, err);
    assert_disk(16 * MIB, 4 * MIB);
    in_place.area.size = 3 * MIB; /* as resizing left it */
    in_place.disk_size = 6 * MIB;
    assert_ok(in_place_finish(&in_place, overlay, &err) == 0, err);
    assert_disk(6 * MIB, 3 * MIB);
}

static void a_disk_without_a_table_is_all_one(void **state)
{
    (void)state;
    struct error *err = NULL;
    struct in_place in_place = { 0 };
    const struct layout_request request = { .size_kind = LAYOUT_EXACT, .size = 20 * MIB };
    make_disk("");
    assert_ok(in_place_begin(&in_place, &request, overlay, &err) == 0, err);
    assert_int_equal(overlay_image(overlay)->virtual_size, 20 * MIB);
    assert_int_equal(in_place.area.size, 20 * MIB);
    in_place.disk_size = in_place.area.size = 5 * MIB + 4096;
    assert_ok(in_place_finish(&in_place, overlay, &err) == 0, err);
    assert_int_equal(overlay_image(overlay)->virtual_size, 5 * MIB + 4096);
}

static void what_cannot_change_is_refused(void **state)
{
    (void)state;
    struct error *err = NULL;
    struct in_place in_place = { 0 };
    struct layout_request request = { .size_kind = LAYOUT_EXACT, .size = 20 * MIB + 1 };
    make_disk("label: dos\\nstart=2048, size=2048, type=83\\nstart=4096, size=8192, type=5\\n"
              "start=6144, size=2048, type=83\\n");
    assert_int_equal(in_place_begin(&in_place, &request, overlay, &err), -1);
    assert_error(err, ERROR_USAGE, "no whole sectors");
    request.size = INT64_MAX / 512 * 512;
    assert_int_equal(in_place_begin(&in_place, &request, overlay, &err), -1);
    assert_error(err, ERROR_USAGE, "too large");
    request.size = 20 * MIB;
    assert_int_equal(in_place_begin(&in_place, &request, overlay, &err), -1);
    assert_error(err, ERROR_INVALID, "an extended or a logical one, which keeps its size");
    assert_int_equal(overlay_image(overlay)->virtual_size, 16 * MIB);
}

int main(void)
{
    if (!process_exists("sfdisk") || !process_exists("qemu-nbd")) {
        print_message("skipped: sfdisk or qemu-nbd is not installed\n");
        return 77;
    }
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_larger_disk_is_there_before_the_session),
        TEST(space_behind_the_last_partition_is_used),
        TEST(free_space_has_room_to_be_made_in),
        TEST(a_smaller_disk_is_cut_after_the_session),
        TEST(a_disk_without_a_table_is_all_one),
        TEST(what_cannot_change_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
