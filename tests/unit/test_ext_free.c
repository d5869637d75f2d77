/* SPDX-License-Identifier: Apache-2.0 */
/* What ext file systems call free is found, and not believed when an inode says otherwise. */
#include "fsimage/device_mask.h"
#include "fsimage/ext_free.h"
#include "tests/unit/ext_images.h"
#include "tests/unit/sample_tree.h"
#include "tests/unit/scratch.h"

static char *make(const char *name, const char *type, const char *options)
{
    char *path = path_join(dir, name);
    AUTO_FREE char *script = xasprintf(
        "set -e; mkdir -p '%s/tree/sub'; cd '%s/tree'; seq 300000 >long; echo short >sub/short; "
        "ln -sf short link; rm -f '%s'; truncate -s 24M '%s'; "
        "mke2fs -q -F -t %s %s -d . '%s' 24M",
        dir, dir, path, path, type, options, path);
    run("/bin/sh", "-c", script);
    return path;
}

static int find(const char *path, int64_t size, struct area_list *areas, struct error **err)
{
    AUTO(device_close) struct device *device = open_raw_device(path);
    struct disk_area area = { 0, size < 0 ? device->size : size };
    return ext_free_find(device, &area, areas, err);
}

/* The number that dumpe2fs shows in its line NAME. */
static int64_t header(const char *path, const char *name)
{
    struct error *err = NULL;
    char *output = NULL;
    const char *const argv[] = { "dumpe2fs", "-h", path, NULL };
    assert_ok(process_run(argv, ERROR_FAILED, &output, NULL, &err) == 0, err);
    const char *line = strstr(output, name);
    assert_non_null(line);
    int64_t value = strtoll(strchr(line, ':') + 1, NULL, 10);
    free(output);
    return value;
}

/* As many as e2fsprogs counts; masked, the file system is as clean as before. */
static void assert_found(const char *path)
{
    struct error *err = NULL;
    AUTO_AREAS struct area_list areas = { 0 };
    assert_ok(find(path, -1, &areas, &err) == 0, err);
    assert_int_equal(area_list_total(&areas),
                     header(path, "Free blocks:") * header(path, "Block size:"));
    AUTO(device_close)
    struct device *mask = device_mask_new(open_raw_device(path), &areas);
    AUTO_FREE char *bytes = xcalloc((size_t)mask->size, 1);
    AUTO_FREE char *masked = xasprintf("%s.masked", path);
    assert_ok(device_pread(mask, bytes, (size_t)mask->size, 0, &err) == 0, err);
    FILE *file = fopen(masked, "w");
    assert_int_equal(fwrite(bytes, 1, (size_t)mask->size, file), mask->size);
    fclose(file);
    assert_clean(masked);
    AUTO_FREE char *before = list_ext(path, 0);
    AUTO_FREE char *after = list_ext(masked, 0);
    assert_string_equal(before, after);
}

static void all_kinds_are_counted_as_e2fsprogs_does(void **state)
{
    (void)state;
    static const char *const kinds[][2] = {
        { "ext2", "-b 1024" },
        { "ext3", "-b 4096" },
        { "ext4", "-b 1024 -O metadata_csum,64bit,inline_data -g 1024 -N 2000" },
        { "ext4", "-b 4096 -O ^resize_inode,meta_bg,^flex_bg" },
        { "ext4", "-b 4096 -O bigalloc -C 16384" },
        { "ext4", "-b 1024 -E lazy_itable_init=1,lazy_journal_init=1 -O uninit_bg" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
        AUTO_FREE char *path = make("kind", kinds[i][0], kinds[i][1]);
        assert_found(path);
    }
}

static void a_block_in_use_is_never_free(void **state)
{
    (void)state;
    struct error *err = NULL;
    AUTO_AREAS struct area_list areas = { 0 };
    static const char *const types[] = { "ext2", "ext4" };
    for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
        AUTO_FREE char *path = make("lie", types[i], "-b 1024 -O ^resize_inode");
        AUTO_FREE char *block = debugfs(path, "bmap long 200");
        AUTO_FREE char *command = xasprintf("freeb %lld", strtoll(block, NULL, 10));
        debugfs_write(path, command);
        assert_int_equal(find(path, -1, &areas, &err), -1);
        assert_non_null(strstr(err->message, "looking for free blocks"));
        assert_error(err, ERROR_INVALID, "is marked as free");
    }
    assert_int_equal(areas.count, 0);
}

static void the_file_systems_own_blocks_stay(void **state)
{
    (void)state;
    struct error *err = NULL;
    AUTO_AREAS struct area_list areas = { 0 };
    AUTO_FREE char *path = make("own", "ext2", "-b 1024 -O ^resize_inode");
    debugfs_write(path, "freeb 1 5"); /* superblock, descriptors, two bitmaps, inodes */
    assert_ok(find(path, -1, &areas, &err) == 0, err);
    assert_true(areas.count > 0 && areas.items[0].offset >= 6 * 1024);
}

static void what_is_not_in_order_is_refused(void **state)
{
    (void)state;
    struct error *err = NULL;
    AUTO_AREAS struct area_list areas = { 0 };
    AUTO_FREE char *path = make("bad", "ext4", "-b 4096");
    assert_int_equal(find(path, 12 * MIB, &areas, &err), -1);
    assert_error(err, ERROR_INVALID, "larger than its partition");
    debugfs_write(path, "set_super_value state 2");
    assert_int_equal(find(path, -1, &areas, &err), -1);
    assert_error(err, ERROR_INVALID, "marked as having errors");
    debugfs_write(path, "set_super_value state 1");
    debugfs_write(path, "feature needs_recovery");
    assert_int_equal(find(path, -1, &areas, &err), -1);
    assert_error(err, ERROR_INVALID, "journal has to be replayed");
    debugfs_write(path, "feature -needs_recovery");
    debugfs_write(path, "set_block_group 0 block_bitmap 0x7fffffff");
    assert_int_equal(find(path, -1, &areas, &err), -1);
    assert_error(err, ERROR_INVALID, "looking for free blocks");
    assert_int_equal(areas.count, 0);
}

int main(void)
{
    require_e2fsprogs();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_kinds_are_counted_as_e2fsprogs_does),
        cmocka_unit_test(a_block_in_use_is_never_free),
        cmocka_unit_test(the_file_systems_own_blocks_stay),
        cmocka_unit_test(what_is_not_in_order_is_refused),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
