/* SPDX-License-Identifier: Apache-2.0 */
/* Reading ext2, ext3 and ext4: other people's file systems, filters, and damage that is refused. */
#include "fsimage/tree/tree_filter.h"
#include "tests/unit/ext_images.h"
#include "tests/unit/sample_tree.h"

static char *dir, *image;

static int set_up(void **state)
{
    (void)state;
    setenv("E2FSPROGS_FAKE_TIME", "1600000000", 1); /* or mke2fs gives the root its own */
    dir = make_scratch();
    struct ext_options options = some_options(EXT_4);
    image = write_ext(dir, "sample.raw", sample_open(sample_files, ARRAY_SIZE(sample_files)),
                      sample_open(sample_files, ARRAY_SIZE(sample_files)), &options);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    free(image);
    remove_scratch(dir);
    return 0;
}

/* Reading the image to its end fails. */
static void assert_unreadable(const char *path, const char *text)
{
    struct error *err = NULL;
    struct archive_entry *entry;
    const void *bytes;
    size_t count;
    int64_t offset;
    int more = 1;
    AUTO(device_close) struct device *device = open_raw_device(path);
    AUTO(tree_close) struct tree *tree = tree_open_ext(device, 0, &err);
    while (tree && more > 0 && (more = tree_next(tree, &entry, &err)) > 0) {
        int data = 1;
        while (data > 0)
            data = tree_read(tree, &bytes, &count, &offset, &err);
        more = data < 0 ? -1 : 1;
    }
    assert_true(!tree || more < 0);
    assert_error(err, ERROR_INVALID, text);
}

/* A local folder as mke2fs -d makes a file system of it, with OPTION. */
static char *make_by_mke2fs(const char *name, const char *type, const char *features)
{
    AUTO_FREE char *tree = path_join(dir, "tree");
    AUTO_FREE char *script = xasprintf(
        "set -e; rm -rf '%s'; mkdir -p '%s/sub/deep'; cd '%s'; printf 'short' > short; "
        "seq 400000 > long; ln -sf short link; ln -f short sub/hard; "
        "ln -sf %s sub/long-link; mkfifo -m 600 fifo; truncate -s 10M hole; " /* mke2fs forgets a
                                                                                 hole at the end */
        "printf x | dd of=hole bs=1 seek=10485759 conv=notrunc status=none; chmod 2755 sub; "
        "for i in $(seq 300); do echo $i > sub/deep/a-longer-name-for-more-blocks-$i; done; "
        "find . -exec touch -h -d @1600000000 {} +",
        tree, tree, tree, TEXT_100);
    char *path = path_join(dir, name);
    run("sh", "-c", script);
    run("mke2fs", "-q", "-F", "-t", type, "-O", features, "-d", tree, path, "32M");
    return path;
}

static void other_peoples_file_systems_are_read(void **state)
{
    (void)state;
    static const char *const kinds[][2] = {
        { "ext2", "none" },
        { "ext2", "^dir_index" },
        { "ext3", "sparse_super" },
        { "ext4", "64bit" },
        { "ext4", "bigalloc" },
        { "ext4", "inline_data" },
        { "ext4", "^extents,^64bit" },
        { "ext4", "^metadata_csum,uninit_bg" },
    };
    AUTO_FREE char *wanted = NULL;
    for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
        AUTO_FREE char *path = make_by_mke2fs("mke2fs.raw", kinds[i][0], kinds[i][1]);
        AUTO_FREE char *got = list_ext(path, LIST_MTIME_ONLY | LIST_NO_HOLES);
        assert_non_null(strstr(got, "\nsub/hard = short\n"));
        assert_non_null(strstr(got, "\nsub/long-link 120777"));
        assert_non_null(strstr(got, "/a-longer-name-for-more-blocks-300 100644"));
        if (!wanted)
            wanted = xstrdup(got);
        assert_same_listing(wanted, got);
        unlink(path);
    }
}

static void left_out(void *opaque, const char *path)
{
    string_list_add(opaque, path);
}

static void a_link_whose_first_name_is_left_out_has_its_data(void **state)
{
    (void)state;
    struct error *err = NULL;
    AUTO_STRINGS struct string_list told = { 0 };
    AUTO(device_close) struct device *device = open_raw_device(image);
    struct tree *tree = tree_open_ext(device, 0, &err);
    assert_ok(tree, err);
    struct tree_filter *filter = tree_filter_new();
    assert_ok(tree_filter_add(filter, TREE_EXCLUDE, "/hard/a", &err) == 0, err);
    assert_ok(tree_filter_add(filter, TREE_EXCLUDE, "/dev/", &err) == 0, err);
    tree_set_filter(tree, filter, left_out, &told);
    AUTO_FREE char *listing = tree_listing(tree, LIST_MTIME_ONLY);
    assert_null(strstr(listing, "\nhard/a "));
    assert_null(strstr(listing, "\ndev"));
    assert_non_null(strstr(listing, "\nhard/b 100644 0:0 0.0 x3 10000 "));
    assert_non_null(strstr(listing, "\nhard.link = hard/b\n"));
    assert_int_equal(told.count, 2);
    assert_string_equal(told.items[0], "dev");
    assert_string_equal(told.items[1], "hard/a");
}

static void preallocated_blocks_are_zeros_that_have_their_place(void **state)
{
    (void)state;
    debugfs_write(image, "fallocate /empty.file 0 3");
    debugfs_write(image, "set_inode_field /empty.file size 16384");
    AUTO_FREE char *listing = list_ext(image, 0);
    const char *line = strstr(listing, "\nempty.file ");
    assert_non_null(line);
    AUTO_FREE char *nothing = NULL;
    struct error *err = NULL;
    AUTO(digest_free) struct digest *digest = digest_new(DIGEST_SHA256, &err);
    nothing = digest_final_hex(digest);
    AUTO_FREE char *wanted = xasprintf(" 16384 %s\n", nothing); /* no list of holes */
    if (!strstr(line, wanted))
        fail_msg("%.300s", line);
}

static void what_has_to_be_repaired_first_is_refused(void **state)
{
    (void)state;
    debugfs_write(image, "feature needs_recovery");
    assert_unreadable(image, "journal has to be replayed first");
    debugfs_write(image, "feature -needs_recovery");
    debugfs_write(image, "set_super_value state 3");
    assert_unreadable(image, "marked as having errors");
    debugfs_write(image, "set_super_value state 0");
    assert_unreadable(image, "not cleanly unmounted");
    debugfs_write(image, "set_super_value state 1");
    AUTO_FREE char *listing = list_ext(image, 0);
    assert_non_null(listing);
    assert_int_equal(truncate(image, 9 * MIB), 0);
    assert_unreadable(image, "end is missing");
    assert_int_equal(truncate(image, 0), 0);
    int fd = open(image, O_WRONLY | O_CLOEXEC);
    assert_int_equal(ftruncate(fd, MIB), 0);
    close(fd);
    assert_unreadable(image, "opening the ext2, ext3 or ext4 file system: Bad magic number");
}

static void a_loop_of_directories_is_found(void **state)
{
    (void)state;
    debugfs_write(image, "link /dev /empty/dev");
    assert_unreadable(image, "reading \"empty/dev\": the directory is reached by two ways");
}

static void damage_is_told_by_name(void **state)
{
    (void)state;
    debugfs_write(image, "set_inode_field /ninety block[5] 0x00f00000");
    assert_unreadable(image, "reading \"ninety\"");
    debugfs_write(image, "clri /ninety");
    assert_unreadable(image, "is deleted");
}

static void a_changed_byte_fails_a_checksum(void **state)
{
    (void)state;
    AUTO_FREE char *where = debugfs(image, "blocks /hard");
    long long block = atoll(where);
    assert_true(block > 0);
    int fd = open(image, O_WRONLY | O_CLOEXEC);
    assert_int_equal(pwrite(fd, "X", 1, block * 4096 + 100), 1);
    close(fd);
    assert_unreadable(image, "reading \"hard\": the checksum of a directory block is wrong");
}

int main(void)
{
    require_e2fsprogs();
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(other_peoples_file_systems_are_read),
        TEST(a_link_whose_first_name_is_left_out_has_its_data),
        TEST(preallocated_blocks_are_zeros_that_have_their_place),
        TEST(what_has_to_be_repaired_first_is_refused),
        TEST(a_loop_of_directories_is_found),
        TEST(damage_is_told_by_name),
        TEST(a_changed_byte_fails_a_checksum),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
