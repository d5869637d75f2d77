/* SPDX-License-Identifier: Apache-2.0 */
/* Mounted trees look like the one that the kernel would show. */
#include "fsimage/tree/tree_filter.h"
#include "fsimage/tree/tree_mount.h"
#include "tests/unit/images.h"
#include "tests/unit/tree_listing.h"

static char *dir;

/* "root" with /var and /var/log elsewhere, and "whole", the same as one. */
static const char files[] =
    "set -e; cd \"$1\"; mkdir -p root/var/log root/var.d root/etc root/va var/log/hidden log/sub\n"
    "echo x >root/var/hidden; ln root/var/hidden root/zz; ln root/var/hidden root/zzz\n"
    "echo 1 >root/var.d/f; echo 2 >root/etc/f; echo 3 >root/va/f; chmod 750 var; chmod 1777 log\n"
    "echo 4 >var/a; ln var/a var/zz; echo 5 >var/log/hidden/f; echo 6 >log/sub/f~; echo 7 >log/f\n"
    "find . -exec touch -h -d @1600000000 {} +\n"
    "cp -a root whole; rm -r whole/var; cp -a var whole/var; rm -r whole/var/log\n"
    "cp -a log whole/var/log\n"
    "find . -exec touch -h -d @1600000000 {} +\n";

static int set_up(void **state)
{
    (void)state;
    dir = make_scratch();
    run("sh", "-c", files, "sh", dir);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    remove_scratch(dir);
    return 0;
}

static struct tree *open_directory(const char *name)
{
    struct error *err = NULL;
    AUTO_FREE char *path = path_join(dir, name);
    struct tree *tree = tree_open_directory(path, &err);
    assert_ok(tree, err);
    return tree;
}

static struct tree *open_mounted(void)
{
    struct tree *tree = tree_mount_new(open_directory("root"), "var", open_directory("var"));
    return tree_mount_new(tree, "var/log", open_directory("log"));
}

static void exclude(struct tree *tree, const char *pattern)
{
    struct error *err = NULL;
    struct tree_filter *filter = tree_filter_new();
    assert_ok(tree_filter_add(filter, TREE_EXCLUDE, pattern, &err) == 0, err);
    tree_set_filter(tree, filter, NULL, NULL);
}

/* A file of two names outside and a third that is hidden has the links that it had. */
static char *listing(struct tree *tree)
{
    char *text = tree_listing(tree, LIST_MTIME_ONLY);
    char *links = strstr(text, " x3 ");
    if (links)
        links[2] = '2';
    return text;
}

static void mounts_hide_what_is_below(void **state)
{
    (void)state;
    AUTO_FREE char *mounted = listing(open_mounted());
    AUTO_FREE char *whole = listing(open_directory("whole"));
    assert_same_listing(mounted, whole);
    assert_non_null(strstr(whole, "\nvar/log/sub/f~ "));
    assert_non_null(strstr(whole, "\nvar/zz = var/a\n"));
    assert_non_null(strstr(whole, "\nzzz = zz\n"));
}

static void filters_see_paths_of_the_whole(void **state)
{
    (void)state;
    static const char *const patterns[] = { "/var/log/sub", "*~", "/log", "f",  "/var/log",
                                            "/var",         "/a", "zz",   "/f", "/var/*" };
    for (size_t i = 0; i < ARRAY_SIZE(patterns); i++) {
        struct tree *tree = open_mounted(), *one = open_directory("whole");
        exclude(tree, patterns[i]);
        exclude(one, patterns[i]);
        AUTO_FREE char *mounted = listing(tree);
        AUTO_FREE char *whole = listing(one);
        assert_same_listing(mounted, whole);
    }
}

static void a_mount_point_has_to_be_there(void **state)
{
    (void)state;
    static const char *const points[] = { "nowhere", "etc/f", "etc/f/below" };
    for (size_t i = 0; i < ARRAY_SIZE(points); i++) {
        struct error *err = NULL;
        struct archive_entry *entry;
        int more;
        AUTO(tree_close)
        struct tree *tree =
            tree_mount_new(open_directory("root"), points[i], open_directory("var"));
        while ((more = tree_next(tree, &entry, &err)) > 0)
            continue;
        assert_int_equal(more, -1);
        assert_error(err, ERROR_INVALID, "no directory");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mounts_hide_what_is_below),
        cmocka_unit_test(filters_see_paths_of_the_whole),
        cmocka_unit_test(a_mount_point_has_to_be_there),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
