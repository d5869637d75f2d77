/* SPDX-License-Identifier: Apache-2.0 */
/* Only times that are too late are changed, and nothing but times. */
#include "fsimage/tree/tree_clamp.h"
#include "tests/unit/sample_tree.h"
#include "tests/unit/tree_listing.h"

static void late_times_become_the_one_given(void **state)
{
    (void)state;
    static const struct sample_file files[] = {
        { .path = ".", .mode = S_IFDIR | 0755, .mtime = 99 },
        { .path = "at", .mode = S_IFDIR | 0700, .uid = 3, .mtime = 100, .nanoseconds = 9 },
        { .path = "behind", .mode = S_IFDIR | 01777, .gid = 4, .mtime = 101, .nanoseconds = 9 },
        { .path = "old", .mode = S_IFDIR | 0755, .mtime = -5 },
    };
    AUTO_FREE char *got =
        tree_listing(tree_clamp_new(sample_open(files, ARRAY_SIZE(files)), 100, 7), 0);
    assert_string_equal(got, ". 40755 0:0 99.0 99.0 99.0\n"
                             "at 40700 3:0 100.9 100.9 100.9\n"
                             "behind 41777 0:4 7.0 7.0 7.0\n"
                             "old 40755 0:0 -5.0 -5.0 -5.0\n");
}

/* One entry that was changed at 1, read at 200, and is on its disk since 300, all and 5 ns. */
static int one_next(struct tree *tree, struct archive_entry **entry, struct error **err)
{
    static struct archive_entry *only;
    (void)tree, (void)err;
    if (only) {
        archive_entry_free(STEAL(only));
        return 0;
    }
    *entry = only = archive_entry_new();
    archive_entry_set_mtime(only, 1, 5);
    archive_entry_set_atime(only, 200, 5);
    archive_entry_set_ctime(only, 300, 5);
    archive_entry_set_birthtime(only, 300, 5);
    return 1;
}

static void one_close(struct tree *tree)
{
    (void)tree;
}

static void each_time_counts_for_itself(void **state)
{
    (void)state;
    static const struct tree_ops ops = { .next = one_next, .close = one_close };
    struct tree one = { .ops = &ops };
    struct error *err = NULL;
    struct archive_entry *entry;
    AUTO(tree_close) struct tree *tree = tree_clamp_new(&one, 250, 7);
    assert_int_equal(tree_next(tree, &entry, &err), 1);
    assert_int_equal(archive_entry_mtime(entry), 1);
    assert_int_equal(archive_entry_mtime_nsec(entry), 5);
    assert_int_equal(archive_entry_atime(entry), 200);
    assert_int_equal(archive_entry_atime_nsec(entry), 5);
    assert_int_equal(archive_entry_ctime(entry), 7);
    assert_int_equal(archive_entry_ctime_nsec(entry), 0);
    assert_int_equal(archive_entry_birthtime(entry), 7);
    assert_int_equal(archive_entry_birthtime_nsec(entry), 0);
    assert_int_equal(tree_next(tree, &entry, &err), 0);
}

static void all_else_passes_unchanged(void **state)
{
    (void)state;
    AUTO_FREE char *plain = tree_listing(sample_open(sample_files, ARRAY_SIZE(sample_files)), 0);
    AUTO_FREE char *clamped = tree_listing(
        tree_clamp_new(sample_open(sample_files, ARRAY_SIZE(sample_files)), INT64_MAX, 7), 0);
    assert_same_listing(clamped, plain);
    assert_null(tree_clamp_new(NULL, 0, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(late_times_become_the_one_given),
        cmocka_unit_test(each_time_counts_for_itself),
        cmocka_unit_test(all_else_passes_unchanged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
