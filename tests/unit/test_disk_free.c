/* SPDX-License-Identifier: Apache-2.0 */
/* The ext file systems of a disk are found wherever they are, and nothing is taken for one that may
 * be something else. */
#include "fsimage/disk_free.h"
#include "fsimage/file_system_probe.h"
#include "tests/unit/ext_images.h"
#include "tests/unit/scratch.h"

#include <unistd.h>

static char *path;

static int begin(void **state)
{
    int result = set_up(state);
    path = path_join(dir, "disk");
    return result;
}

static int end(void **state)
{
    free(path);
    return tear_down(state);
}

/* SCRIPT has the disk's path as $1. */
static void make(const char *script)
{
    unlink(path);
    run("/bin/sh", "-ec", script, "sh", path);
}

/* 1: ext4, 5: ext2 in an extended partition, 6: swap. */
#define DISK                                                                                       \
    "truncate -s 24M \"$1\"; printf 'label: dos\\nstart=2048, size=16384, type=83\\n"              \
    "start=20480, size=28672, type=5\\nstart=22528, size=8192, type=83\\n"                         \
    "start=32768, size=8192, type=82\\n' | sfdisk -q --no-reread --no-tell-kernel \"$1\"; "        \
    "mke2fs -qFt ext4 -b 1024 -E offset=1048576 \"$1\" 8M; "                                       \
    "mke2fs -qFt ext2 -b 1024 -E offset=11534336 \"$1\" 4M; "

static int find(struct area_list *areas, bool *others, struct error **err)
{
    AUTO(device_close) struct device *device = open_raw_device(path);
    if (disk_wants_trim(device, others, err))
        return -1;
    return disk_free_find(device, areas, err);
}

static bool covers(const struct area_list *areas, int64_t at)
{
    size_t i = area_list_find(areas, at);
    return i < areas->count && areas->items[i].offset <= at;
}

static void every_partition_is_asked(void **state)
{
    (void)state;
    struct error *err = NULL;
    bool others = true;
    AUTO_AREAS struct area_list areas = { 0 };
    make(DISK);
    assert_ok(find(&areas, &others, &err) == 0, err);
    assert_false(others);
    assert_true(covers(&areas, 9 * MIB - 1024) && covers(&areas, 15 * MIB - 1024));
    assert_false(covers(&areas, 1 * MIB + 1024));                       /* a superblock */
    assert_false(covers(&areas, 10 * MIB) || covers(&areas, 17 * MIB)); /* no file system */
}

static void a_disk_may_be_a_file_system(void **state)
{
    (void)state;
    struct error *err = NULL;
    bool others;
    AUTO_AREAS struct area_list areas = { 0 };
    make("truncate -s 8M \"$1\"; mke2fs -qFt ext3 \"$1\"");
    assert_ok(find(&areas, &others, &err) == 0, err);
    assert_true(covers(&areas, 8 * MIB - 1024));
}

/* A superblock of ext4 that was left by an older use, or a newer one. */
static void what_may_be_another_kind_is_left_alone(void **state)
{
    (void)state;
    struct error *err = NULL;
    bool others;
    AUTO_AREAS struct area_list areas = { 0 };
    make("truncate -s 8M \"$1\"; mke2fs -qFt ext2 \"$1\"; "
         "printf _BHRfS_M | dd of=\"$1\" bs=1 seek=65600 conv=notrunc status=none");
    assert_ok(find(&areas, &others, &err) == 0, err);
    make("truncate -s 8M \"$1\"");
    assert_ok(find(&areas, &others, &err) == 0, err);
    assert_int_equal(areas.count, 0);
}

static void a_volume_is_for_the_appliance(void **state)
{
    (void)state;
    struct error *err = NULL;
    bool others = false;
    AUTO_AREAS struct area_list areas = { 0 };
    make(DISK "head -c 16384 /dev/zero | dd of=\"$1\" bs=512 seek=2048 conv=notrunc status=none; "
              "printf '_BHRfS_M' | dd of=\"$1\" bs=1 seek=1114176 conv=notrunc status=none");
    assert_ok(find(&areas, &others, &err) == 0, err);
    assert_true(others);
    assert_false(covers(&areas, 9 * MIB - 1024));
    assert_true(covers(&areas, 15 * MIB - 1024));
}

static void a_partition_that_cannot_tell_is_named(void **state)
{
    (void)state;
    struct error *err = NULL;
    bool others;
    AUTO_AREAS struct area_list areas = { 0 };
    make(DISK "debugfs -w -R 'set_super_value state 2' \"$1?offset=11534336\"");
    assert_int_equal(find(&areas, &others, &err), -1);
    assert_true(starts_with(err->message, "partition 5: "));
    assert_error(err, ERROR_INVALID, "marked as having errors");
    make(DISK "printf '\\0\\10\\0\\0\\0\\100\\0\\0' | dd of=\"$1\" bs=1 seek=486 conv=notrunc "
              "status=none; printf '\\203' | dd of=\"$1\" bs=1 seek=482 conv=notrunc status=none");
    assert_int_equal(find(&areas, &others, &err), -1);
    assert_error(err, ERROR_INVALID, "overlaps another");
}

int main(void)
{
    require_e2fsprogs();
    if (!process_exists("sfdisk"))
        return 77;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_partition_is_asked),
        cmocka_unit_test(a_disk_may_be_a_file_system),
        cmocka_unit_test(what_may_be_another_kind_is_left_alone),
        cmocka_unit_test(a_volume_is_for_the_appliance),
        cmocka_unit_test(a_partition_that_cannot_tell_is_named),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
