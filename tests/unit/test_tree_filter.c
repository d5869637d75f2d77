/* SPDX-License-Identifier: Apache-2.0 */
/* Include and exclude rules decide as rsync's do. */
#include "forge/base/strings.h"
#include "fsimage/tree/tree.h"
#include "fsimage/tree/tree_filter.h"
#include "tests/unit/check.h"

/* Expected by rsync(1), "PATTERN MATCHING RULES" of FILTER RULES. */
static const struct {
    const char *pattern, *path;
    bool directory, matches;
} cases[] = {
    { "foo", "foo", false, true },
    { "foo", "a/foo", false, true },
    { "foo", "foo/a", false, false },
    { "foo", "xfoo", false, false },
    { "/foo", "foo", false, true },
    { "/foo", "a/foo", false, false },
    { "/a/b", "a/b", false, true },
    { "a/b", "x/a/b", false, true },
    { "a/b", "xa/b", false, false },
    { "foo/", "foo", true, true },
    { "foo/", "foo", false, false },
    { "/foo/", "foo", true, true },
    { "*.o", "a/b.o", false, true },
    { "*.o", "a.o/b", false, false },
    { "/*.o", "a/b.o", false, false },
    { "*/#*#", "home/#draft#", false, true },
    { "*/#*#", "home/user/#draft#", false, true },
    { "*/#*#", "#draft#", false, false },
    { "*~", "home/x~", false, true },
    { "*id_rsa*", "root/.ssh/id_rsa.pub", false, true },
    { "*/.ssh/authorized_keys", "root/.ssh/authorized_keys", false, true },
    { "*/.ssh/authorized_keys", ".ssh/authorized_keys", false, false },
    { "/foo/*", "foo/a", false, true },
    { "/foo/*", "foo/a/b", false, false },
    { "/foo/**", "foo/a/b", false, true },
    { "/foo/**", "foo", true, false },
    { "/foo/***", "foo", true, true },
    { "/foo/***", "foo", false, false },
    { "/foo/***", "foo/a/b", false, true },
    { "**/bar", "bar", false, true },
    { "**/bar", "a/b/bar", false, true },
    { "/a/**/z", "a/b/c/z", false, true },
    { "/a/**/z", "a/z", false, false },
    { "a**z", "x/a/b/z", false, true },
    { "foo**", "x/foo/bar", false, true },
    { "fo?", "foo", false, true },
    { "/a?b", "a/b", false, false },
    { "[a-c]x", "bx", false, true },
    { "[!a-c]x", "bx", false, false },
    { "[^a-c]x", "dx", false, true },
    { "[]x]", "]", false, true },
    { "[[:digit:]]*", "7up", false, true },
    { "[[:digit:]]*", "up", false, false },
    { "/a[!x]b", "a/b", false, false },
    { "\\*", "\\*", false, false },
    { "\\*", "*", false, true },
    { "a\\b", "a\\b", false, true },
    { "/\xff*", "\xff\xfe", false, true },
};

static void patterns_match_as_in_rsync(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct error *err = NULL;
        AUTO(tree_filter_free) struct tree_filter *filter = tree_filter_new();
        assert_ok(tree_filter_add(filter, TREE_EXCLUDE, cases[i].pattern, &err) == 0, err);
        if (tree_filter_wants(filter, cases[i].path, cases[i].directory) == cases[i].matches)
            fail_msg("\"%s\" and \"%s\"", cases[i].pattern, cases[i].path);
    }
}

static void the_first_rule_that_matches_decides(void **state)
{
    (void)state;
    struct error *err = NULL;
    AUTO(tree_filter_free) struct tree_filter *filter = tree_filter_new();
    assert_true(tree_filter_wants(filter, "anything", false));
    assert_ok(tree_filter_add(filter, TREE_INCLUDE, "/etc/keep.pem", &err) == 0, err);
    assert_ok(tree_filter_add(filter, TREE_EXCLUDE, "*.pem", &err) == 0, err);
    assert_ok(tree_filter_add(filter, TREE_INCLUDE, "*", &err) == 0, err);
    assert_true(tree_filter_wants(filter, "etc/keep.pem", false));
    assert_false(tree_filter_wants(filter, "etc/lose.pem", false));
    assert_true(tree_filter_wants(filter, "etc", true));
}

static void bad_patterns_are_refused(void **state)
{
    (void)state;
    struct error *err = NULL;
    AUTO(tree_filter_free) struct tree_filter *filter = tree_filter_new();
    assert_int_equal(tree_filter_add(filter, TREE_EXCLUDE, "", &err), -1);
    assert_error(err, ERROR_USAGE, "empty");
    assert_int_equal(tree_filter_add(filter, TREE_EXCLUDE, "a[b", &err), -1);
    assert_error(err, ERROR_USAGE, "without its \"]\"");
}

static void no_pattern_takes_long(void **state)
{
    (void)state;
    struct error *err = NULL;
    char path[1001];
    memset(path, 'a', 1000);
    path[1000] = '\0';
    AUTO(tree_filter_free) struct tree_filter *filter = tree_filter_new();
    assert_ok(tree_filter_add(filter, TREE_EXCLUDE, "*a*a*a*a*a*a*a*a**a*a*a*a*a*b", &err) == 0,
              err);
    assert_true(tree_filter_wants(filter, path, false));
}

static void note(void *opaque, const char *path)
{
    string_list_add(opaque, path);
}

static void what_is_left_out_is_told(void **state)
{
    (void)state;
    struct error *err = NULL;
    struct tree tree = { 0 };
    struct string_list told = { 0 };
    struct tree_filter *filter = tree_filter_new();
    assert_ok(tree_filter_add(filter, TREE_EXCLUDE, "*~", &err) == 0, err);
    tree_set_filter(&tree, filter, note, &told);
    assert_true(tree_wants(&tree, "a", false));
    assert_false(tree_wants(&tree, "b/a~", false));
    assert_int_equal(told.count, 1);
    assert_string_equal(told.items[0], "b/a~");
    string_list_clear(&told);
    tree_filter_free(filter);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(patterns_match_as_in_rsync),
        cmocka_unit_test(the_first_rule_that_matches_decides),
        cmocka_unit_test(bad_patterns_are_refused),
        cmocka_unit_test(no_pattern_takes_long),
        cmocka_unit_test(what_is_left_out_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
