/* SPDX-License-Identifier: Apache-2.0 */
/* Fresh file systems: everything survives, e2fsck is content, the same tree gives the same bytes.
 */
#include "tests/unit/ext_images.h"
#include "tests/unit/sample_tree.h"
#include "tests/unit/scratch.h"

static struct tree *sample(void)
{
    return sample_open(sample_files, ARRAY_SIZE(sample_files));
}

static char *write_sample(const char *name, const struct ext_options *options)
{
    return write_ext(dir, name, sample(), sample(), options);
}

static void assert_survives(const struct ext_options *options)
{
    AUTO_FREE char *path = write_sample("sample.raw", options);
    assert_clean(path);
    AUTO_FREE char *wanted = tree_listing(sample(), 0);
    AUTO_FREE char *got = list_ext(path, 0);
    assert_same_listing(wanted, got);
    unlink(path);
}

static void everything_survives_in_every_type(void **state)
{
    (void)state;
    for (enum ext_type type = EXT_2; type <= EXT_4; type++) {
        struct ext_options options = some_options(type);
        assert_survives(&options);
        options.old_boot_loader = true;
        assert_survives(&options);
        options.free_size = 300 << 20;
        options.reserved_percent = 5;
        assert_survives(&options);
    }
}

static void small_inodes_hold_all_but_the_finest_times(void **state)
{
    (void)state;
    struct sample_file files[ARRAY_SIZE(sample_files)];
    for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
        files[i] = sample_files[i];
        files[i].nanoseconds = 0;
        if (files[i].mtime > INT32_MAX)
            files[i].mtime = INT32_MAX;
    }
    for (enum ext_type type = EXT_2; type <= EXT_4; type++) {
        struct ext_options options = some_options(type);
        options.inode_size = 128;
        AUTO_FREE char *path = write_ext(dir, "small.raw", sample_open(files, ARRAY_SIZE(files)),
                                         sample_open(files, ARRAY_SIZE(files)), &options);
        assert_clean(path);
        AUTO_FREE char *wanted = tree_listing(sample_open(files, ARRAY_SIZE(files)), 0);
        AUTO_FREE char *got = list_ext(path, 0);
        assert_same_listing(wanted, got);
        unlink(path);
    }
}

static void debugfs_reads_what_was_written(void **state)
{
    (void)state;
    struct ext_options options = some_options(EXT_4);
    AUTO_FREE char *path = write_sample("sample.raw", &options);
    assert_says(path, "stat /ids", "User: -294967296   Group: -1294967296"); /* signed there */
    assert_says(path, "stat /hard/a", "Links: 3");
    assert_says(path, "stat /hard/fifo", "Links: 2");
    assert_says(path, "stat /dev/nvme", "Device major/minor number: 259:70000");
    assert_says(path, "stat /setuid", "Mode:  06755");
    assert_says(path, "stat /tmp", "Mode:  01777");
    assert_says(path, "stat /ninety", "mtime: 0x0000005a:00000004");
    assert_says(path, "stat /link-long", "Size: 300");
    assert_says(path, "stat /link", "Fast link dest: \"hard/a\"");
    assert_says(path, "ea_list /capability", "security.capability (20)");
    assert_says(path, "ea_list /attributes", "trusted.large (300)");
    assert_says(path, "ea_list /acl", "system.posix_acl_access (28)"); /* as on the disk */
    assert_says(path, "stat /sparse", "(1310720-1310744)");
    AUTO_FREE char *copied = path_join(dir, "ninety"),
                   *command = xasprintf("dump /ninety %s", copied);
    free(debugfs(path, command));
    struct stat status;
    assert_int_equal(stat(copied, &status), 0);
    assert_int_equal(status.st_size, 9000001);
}

static void names_and_features_are_as_asked(void **state)
{
    (void)state;
    struct ext_options options = some_options(EXT_4);
    options.reserved_percent = 3;
    options.inodes = 5000;
    AUTO_FREE char *path = write_sample("new.raw", &options);
    assert_says(path, "stats", "Filesystem volume name:   label");
    assert_says(path, "stats", "Filesystem UUID:          30313233-3435-3637-3839-616263646500");
    assert_says(path, "stats", "Directory Hash Seed:      73656564-0000-0000-0000-000000000000");
    assert_says(path, "stats", "metadata_csum");
    assert_says(path, "stats", "64bit");
    assert_says(path, "stats", "Filesystem created:       Tue Nov 14");
    options.old_boot_loader = true;
    AUTO_FREE char *old = write_sample("old.raw", &options);
    AUTO_FREE char *stats = debugfs(old, "stats");
    static const char *const newer[] = { "metadata_csum", "64bit", "orphan_file", "flex_bg" };
    for (size_t i = 0; i < ARRAY_SIZE(newer); i++)
        assert_null(strstr(stats, newer[i]));
    assert_non_null(strstr(stats, "extent"));
}

static void the_same_tree_gives_the_same_bytes(void **state)
{
    (void)state;
    for (enum ext_type type = EXT_2; type <= EXT_4; type++) {
        struct ext_options options = some_options(type);
        AUTO_FREE char *one = write_sample("one.raw", &options);
        AUTO_FREE char *two = write_sample("two.raw", &options);
        run("cmp", one, two);
        unlink(one);
        unlink(two);
    }
}

static void a_file_system_of_its_own_kind_can_be_its_source(void **state)
{
    (void)state;
    struct error *err = NULL;
    struct ext_options from = some_options(EXT_3), to = some_options(EXT_4);
    AUTO_FREE char *source = write_sample("source.raw", &from);
    AUTO(device_close) struct device *device = open_raw_device(source);
    struct tree *first = tree_open_ext(device, 0, &err), *second = tree_open_ext(device, 0, &err);
    assert_ok(first && second, err);
    AUTO_FREE char *path = write_ext(dir, "target.raw", first, second, &to);
    assert_clean(path);
    AUTO_FREE char *wanted = list_ext(source, 0), *got = list_ext(path, 0);
    assert_same_listing(wanted, got);
}

static void a_file_system_begins_where_the_partition_does(void **state)
{
    (void)state;
    struct error *err = NULL;
    enum { START = 3 * MIB };
    struct ext_options options = some_options(EXT_4), fitted;
    AUTO(tree_close) struct tree *first = sample(), *second = sample();
    assert_ok(ext_measure(first, &options, &fitted, &err) == 0, err);
    AUTO_FREE char *path = path_join(dir, "disk.raw");
    AUTO(device_close) struct device *device = device_create_raw(path, START + fitted.size, &err);
    assert_ok(device, err);
    assert_ok(ext_write(second, device, START, &fitted, &err) == 0, err);
    AUTO(device_close) struct device *again = open_raw_device(path);
    struct tree *tree = tree_open_ext(again, START, &err);
    assert_ok(tree, err);
    AUTO_FREE char *wanted = tree_listing(sample(), 0), *got = tree_listing(tree, 0);
    assert_same_listing(wanted, got);
    AUTO_FREE char *where = xasprintf("%s?offset=%d", path, START);
    run("e2fsck", "-fn", where);
}

static void a_new_qcow2_image_is_as_good_a_target(void **state)
{
    (void)state;
    struct error *err = NULL;
    struct ext_options options = some_options(EXT_4), fitted;
    AUTO(tree_close) struct tree *first = sample(), *second = sample();
    assert_ok(ext_measure(first, &options, &fitted, &err) == 0, err);
    AUTO_FREE char *path = path_join(dir, "new.qcow2"), *raw = write_sample("new.raw", &options);
    struct device *device = device_create(path, IMAGE_QCOW2, fitted.size, false, &err);
    assert_ok(device, err);
    assert_ok(ext_write(second, device, 0, &fitted, &err) == 0, err);
    assert_ok(device_flush(device, &err) == 0, err);
    device_close(device);
    run("qemu-img", "compare", "-q", "-f", "qcow2", "-F", "raw", path, raw);
}

struct full_device {
    struct device device;
    int64_t left;
};

static int full_pread(struct device *device, void *buffer, size_t count, int64_t offset,
                      struct error **err)
{
    (void)device, (void)offset, (void)err;
    memset(buffer, 0, count);
    return 0;
}

static int full_pwrite(struct device *device, const void *buffer, size_t count, int64_t offset,
                       struct error **err)
{
    (void)buffer, (void)offset;
    struct full_device *full = container_of(device, struct full_device, device);
    full->left -= (int64_t)count;
    return full->left < 0 ? error_set(err, ERROR_FAILED, "no space left on the host") : 0;
}

static void a_full_host_is_told_wherever_it_happens(void **state)
{
    (void)state;
    static const struct device_ops ops = { .pread = full_pread, .pwrite = full_pwrite };
    struct ext_options options = some_options(EXT_4);
    options.size = 64 * MIB;
    for (int64_t room = 0; room < 12 * MIB; room += 3 * MIB + 4096) {
        struct error *err = NULL;
        struct full_device full = { { &ops, options.size }, room };
        AUTO(tree_close) struct tree *tree = sample();
        assert_int_equal(ext_write(tree, &full.device, 0, &options, &err), -1);
        assert_error(err, ERROR_FAILED, "no space left on the host");
    }
}

static void a_tree_out_of_order_is_refused(void **state)
{
    (void)state;
    static const struct sample_file files[] = {
        { .path = ".", .mode = S_IFDIR | 0755 },
        { .path = "b", .mode = S_IFREG | 0644 },
        { .path = "a", .mode = S_IFREG | 0644 },
    };
    struct error *err = NULL;
    struct ext_options options = some_options(EXT_4), fitted;
    AUTO(tree_close) struct tree *tree = sample_open(files, ARRAY_SIZE(files));
    assert_int_equal(ext_measure(tree, &options, &fitted, &err), -1);
    assert_error(err, ERROR_FAILED, "writing \"a\": it comes behind \"b\"");
}

static void a_tree_that_does_not_fit_says_what_it_needs(void **state)
{
    (void)state;
    struct error *err = NULL;
    struct ext_options options = some_options(EXT_4), fitted, smaller;
    AUTO(tree_close) struct tree *first = sample(), *second = sample(), *third = sample();
    assert_ok(ext_measure(first, &options, &fitted, &err) == 0, err);
    AUTO_FREE char *needs = xasprintf("they need %.1f MiB", (double)fitted.size / MIB);
    smaller = options;
    smaller.size = 12 * MIB;
    assert_int_equal(ext_measure(second, &smaller, &fitted, &err), -1);
    assert_error(err, ERROR_USAGE, needs);
    AUTO_FREE char *path = path_join(dir, "small.raw");
    AUTO(device_close) struct device *device = device_create_raw(path, smaller.size, &err);
    assert_ok(device, err);
    assert_int_equal(ext_write(third, device, 0, &smaller, &err), -1);
    assert_error(err, ERROR_USAGE, needs);
}

static void too_few_inodes_are_told(void **state)
{
    (void)state;
    struct error *err = NULL;
    struct ext_options options = some_options(EXT_2), fitted;
    options.inodes = 20;
    AUTO(tree_close) struct tree *tree = sample();
    assert_int_equal(ext_measure(tree, &options, &fitted, &err), -1);
    assert_error(err, ERROR_USAGE, "20 inodes are not enough");
}

static void the_measured_size_is_never_too_small(void **state)
{
    (void)state;
    /* One file whose length moves the end of the file system across a group's begin. */
    for (int64_t size = 120 * MIB; size < 128 * MIB; size += 260 * 1024) {
        struct sample_file files[] = {
            { .path = ".", .mode = S_IFDIR | 0755 },
            { .path = "file", .mode = S_IFREG | 0644, .size = size },
        };
        struct error *err = NULL;
        struct ext_options options = some_options(EXT_4), fitted;
        AUTO(tree_close)
        struct tree *first = sample_open(files, 2), *second = sample_open(files, 2);
        assert_ok(ext_measure(first, &options, &fitted, &err) == 0, err);
        assert_true(fitted.size < size + 24 * MIB);
        AUTO_FREE char *path = path_join(dir, "grown.raw");
        AUTO(device_close) struct device *device = device_create_raw(path, fitted.size, &err);
        assert_ok(device, err);
        assert_ok(ext_write(second, device, 0, &fitted, &err) == 0, err);
        unlink(path);
    }
}

static void assert_refused(const struct sample_file *file, enum ext_type type, unsigned inode_size,
                           const char *text)
{
    struct sample_file files[] = { { .path = ".", .mode = S_IFDIR | 0755 }, *file };
    struct error *err = NULL;
    struct ext_options options = some_options(type), fitted;
    options.inode_size = inode_size;
    AUTO(tree_close) struct tree *tree = sample_open(files, 2);
    assert_int_equal(ext_measure(tree, &options, &fitted, &err), -1);
    assert_non_null(strstr(err->message, "\"bad\""));
    assert_error(err, ERROR_INVALID, text);
}

static void what_cannot_be_held_is_refused_by_name(void **state)
{
    (void)state;
    static char large[5000];
    memset(large, 'x', sizeof(large) - 1);
    struct sample_file file = { .path = "bad", .mode = S_IFREG | 0644 };
    file.xattr = "user.large";
    file.value = large;
    file.value_size = 4090;
    assert_refused(&file, EXT_4, 256, "attributes do not fit");
    file.xattr = "unknown.space";
    assert_refused(&file, EXT_4, 256, "no place for the extended attribute \"unknown.space\"");
    file.xattr = "system.data";
    assert_refused(&file, EXT_4, 256, "no place for the extended attribute \"system.data\"");
    file.xattr = "user.";
    assert_refused(&file, EXT_4, 256, "no place for the extended attribute \"user.\"");
    file.xattr = "system.posix_acl_access";
    assert_refused(&file, EXT_4, 256, "ACL is malformed");
    file.value = "\2\0\0\0\3\0\7\0\0\0\0\0";
    file.value_size = 12;
    assert_refused(&file, EXT_4, 256, "ACL is malformed");
    file.xattr = NULL;
    file.mtime = INT64_C(20000000000);
    assert_refused(&file, EXT_4, 256, "time 20000000000 is out of range");
    file.mtime = INT64_C(3000000000);
    assert_refused(&file, EXT_4, 128, "time 3000000000 is out of range");
    file.mtime = 0;
    file.size = GIB(5000);
    file.runs[0] = GIB(4999);
    file.runs[1] = 1;
    file.runs[2] = -1;
    assert_refused(&file, EXT_3, 256, "too large for ext3");
    struct sample_file link = { .path = "bad", .mode = S_IFLNK | 0777, .target = large };
    assert_refused(&link, EXT_4, 256, "symbolic link has 4999 bytes");
}

static void options_are_checked(void **state)
{
    (void)state;
    static const struct {
        struct ext_options options;
        const char *text;
    } cases[] = {
        { { .type = EXT_4, .now = 1 }, "has to have a UUID" },
        { { .type = EXT_4, .now = 0, .uuid = "x" }, "before 1970" },
        { { .type = EXT_4, .now = 1, .uuid = "x", .label = "12345678901234567" }, "more than 16" },
        { { .type = EXT_4, .now = 1, .uuid = "x", .reserved_percent = 51 }, "at most 50" },
        { { .type = EXT_4, .now = 1, .uuid = "x", .inode_size = 512 }, "128 or 256" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct error *err = NULL;
        struct ext_options fitted;
        AUTO(tree_close) struct tree *tree = sample();
        assert_int_equal(ext_measure(tree, &cases[i].options, &fitted, &err), -1);
        assert_error(err, ERROR_USAGE, cases[i].text);
    }
}

/* COUNT empty files in one directory; owned, names included. */
static struct sample_file *many_files(size_t count)
{
    struct sample_file *files = xcalloc(count + 2, sizeof(*files));
    files[0] = (struct sample_file){ .path = ".", .mode = S_IFDIR | 0755 };
    files[1] = (struct sample_file){ .path = "many", .mode = S_IFDIR | 0755 };
    for (size_t i = 0; i < count; i++)
        files[i + 2] = (struct sample_file){ .path = xasprintf("many/file-number-%06zu", i),
                                             .mode = S_IFREG | 0644 };
    return files;
}

static void a_directory_holds_a_hundred_thousand_names(void **state)
{
    (void)state;
    enum { COUNT = 100000 };
    struct sample_file *files = many_files(COUNT);
    for (enum ext_type type = EXT_2; type <= EXT_4; type += 2) {
        struct ext_options options = some_options(type);
        AUTO_FREE char *path = write_ext(dir, "many.raw", sample_open(files, COUNT + 2),
                                         sample_open(files, COUNT + 2), &options);
        assert_clean(path);
        AUTO_FREE char *wanted = tree_listing(sample_open(files, COUNT + 2), 0);
        AUTO_FREE char *got = list_ext(path, 0);
        assert_same_listing(wanted, got);
        assert_says(path, "htree_dump /many", "Indirect levels: 1");
        assert_says(path, "stat /many/file-number-077777", "Type: regular");
        unlink(path);
    }
    for (size_t i = 2; i < COUNT + 2; i++)
        free((char *)files[i].path);
    free(files);
}

static void subdirectories_are_counted_until_they_are_too_many(void **state)
{
    (void)state;
    enum { COUNT = 65001 };
    struct sample_file *files = many_files(COUNT);
    for (size_t i = 0; i < COUNT; i++)
        files[i + 2].mode = S_IFDIR | 0755;
    struct error *err = NULL;
    struct ext_options options = some_options(EXT_4), old = some_options(EXT_3), fitted;
    AUTO_FREE char *path = write_ext(dir, "many.raw", sample_open(files, COUNT + 2),
                                     sample_open(files, COUNT + 2), &options);
    assert_clean(path);
    assert_says(path, "stat /many", "Links: 1 ");
    AUTO(tree_close) struct tree *tree = sample_open(files, COUNT + 2);
    assert_int_equal(ext_measure(tree, &old, &fitted, &err), -1);
    assert_error(err, ERROR_INVALID, "too many directories");
    for (size_t i = 2; i < COUNT + 2; i++)
        free((char *)files[i].path);
    free(files);
}

int main(void)
{
    require_e2fsprogs();
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(everything_survives_in_every_type),
        TEST(small_inodes_hold_all_but_the_finest_times),
        TEST(debugfs_reads_what_was_written),
        TEST(names_and_features_are_as_asked),
        TEST(the_same_tree_gives_the_same_bytes),
        TEST(a_file_system_of_its_own_kind_can_be_its_source),
        TEST(a_file_system_begins_where_the_partition_does),
        TEST(a_new_qcow2_image_is_as_good_a_target),
        TEST(a_full_host_is_told_wherever_it_happens),
        TEST(a_tree_out_of_order_is_refused),
        TEST(a_tree_that_does_not_fit_says_what_it_needs),
        TEST(too_few_inodes_are_told),
        TEST(the_measured_size_is_never_too_small),
        TEST(what_cannot_be_held_is_refused_by_name),
        TEST(options_are_checked),
        TEST(a_directory_holds_a_hundred_thousand_names),
        TEST(subdirectories_are_counted_until_they_are_too_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
