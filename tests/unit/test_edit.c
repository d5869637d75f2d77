/* SPDX-License-Identifier: Apache-2.0 */
/* Edit expressions: what s/// and y/// do to lines is what perl -p does. */
#include "forge/base/process.h"
#include "forge/base/strings.h"
#include "fsimage/ops/edit_expression.h"
#include "tests/unit/check.h"

enum { ESCAPES = 0 }; /* the case whose output has a NUL */

static const struct {
    const char *expression, *input, *output;
} cases[] = {
    { "s/a/1\\n2\\t3\\\\4\\$5\\x41\\x{42}\\0/", "a\n", NULL },
    { "s/a/b/", "aa\naa\n", "ba\nba\n" },
    { "s/a/b/g", "aa\nba\n", "bb\nbb\n" },
    { "s/^#?Port .*/Port 2222/", "#Port 22\nListen\n", "Port 2222\nListen\n" },
    { "s/HELLO/bye/i", "hello\n", "bye\n" },
    { "s/$/!/", "one\ntwo", "one!\ntwo!" },
    { "s/\\n/,/", "one\ntwo\n", "one,two," },
    { "s/x*/-/g", "abc\n", "-a-b-c-\n-" },
    { "s/a*/x/g", "aaa", "xx" },
    { "s/b*/x/g", "abc", "xaxxcx" },
    { "s/^.*$//", "gone\n\nkept not\n", "\n\n\n" },
    { "s/^.*\\n//", "gone\n", "" },
    { "s/.*\\n//s", "gone\n", "" },
    { "s/(\\w+) (\\w+)/$2 ${1}x \\1 $&/", "ab cd\n", "cd abx ab ab cd\n" },
    { "s/(a)|(b)/[$1$2]/g", "ab\n", "[a][b]\n" },
    { "s/ a  b #c/x/x", "ab\n", "x\n" },
    { "s|/usr|/opt|", "/usr/bin\n", "/opt/bin\n" },
    { "s|a\\|b|x|", "b|a\n", "x|a\n" },
    { "s{a\\{2\\}}{x}", "aa a{2}\n", "aa x\n" },
    { "s.a\\.b.x.", "a-b\n", "x\n" },
    { "s!a!\\!!", "a\n", "!\n" },
    { "y|a\\||xy|", "a|\n", "xy\n" },
    { "s/\\/usr/\\/opt\\/x/", "/usr\n", "/opt/x\n" },
    { "s{a{2}}{<b>}", "aab\n", "<b>b\n" },
    { "s{a} {b}g", "aa\n", "bb\n" },
    { "s(a)[b]", "a\n", "b\n" },
    { "s<(x)><\\<$1\\>>", "x\n", "<x>\n" },
    { "s,a,b,", "a\n", "b\n" },
    { "s#a#b#", "a\n", "b\n" },
    { "s/a/b/;s/b/c/g; s/d/e/", "abd\n", "cce\n" },
    { "s/a\\$b/x/", "a$b\n", "x\n" },
    { "s/no.match/x/", "text\n", "text\n" },
    { "s/^/# /", "one\n\n", "# one\n# \n" },
    { "s/\\s+$//", "trailing  \n", "trailing" },
    { "s/\xc3\xa9/e/g", "caf\xc3\xa9\n", "cafe\n" },
    { "s/[[:upper:]]/_/g", "aBC\n", "a__\n" },
    { "s/(?<=a)b/x/", "bab\n", "bax\n" },
    { "y/abc/xyz/", "cab\n", "zxy\n" },
    { "tr/a-z/A-Z/", "Hello\n", "HELLO\n" },
    { "y/a-c/x/", "abcd\n", "xxxd\n" },
    { "y/a-c//d", "abcd\n", "d\n" },
    { "y/abc/x/d", "abcd\n", "xd\n" },
    { "tr/a-zA-Z\\n//cd", "a1-b\n", "ab\n" },
    { "y/a-z//s", "aabb11\n", "ab11\n" },
    { "y/ab/xx/s", "abab-ab\n", "x-x\n" },
    { "tr{/}{\\\\}", "a/b\n", "a\\b\n" },
    { "y/a\\-z/123/", "a-zb\n", "123b\n" },
    { "y/aa/xy/", "a\n", "x\n" },
    { "y/\\n/ /", "a\nb\n", "a b " },
};

static char *edit(const char *expression, const char *input, size_t *length)
{
    struct error *err = NULL;
    AUTO(edit_expression_free) struct edit_expression *compiled = NULL;
    if (edit_expression_compile(expression, &compiled, &err) || !compiled)
        fail_msg("%s: %s", expression, err ? err->message : "is left to perl");
    char *output = edit_expression_apply(compiled, input, strlen(input), length, &err);
    if (!output)
        fail_msg("%s: %s", expression, err->message);
    return output;
}

static void lines_are_edited_as_written_here(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        size_t length;
        AUTO_FREE char *output = edit(cases[i].expression, cases[i].input, &length);
        if (cases[i].output && strcmp(output, cases[i].output) != 0)
            fail_msg("%s on \"%s\" gives \"%s\", not \"%s\"", cases[i].expression, cases[i].input,
                     output, cases[i].output);
    }
    size_t length;
    AUTO_FREE char *escapes = edit(cases[ESCAPES].expression, "a\n", &length);
    assert_int_equal(length, strlen("1\n2\t3\\4$5AB") + 2);
    assert_memory_equal(escapes, "1\n2\t3\\4$5AB\0\n", length);
}

/* The same table again, where there is a perl to ask. */
static void perl_agrees(void **state)
{
    (void)state;
    if (!process_exists("perl"))
        skip();
    struct error *err = NULL;
    char *dir = make_scratch();
    AUTO_FREE char *path = path_join(dir, "input");
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        FILE *file = fopen(path, "w");
        fputs(cases[i].input, file);
        fclose(file);
        const char *const argv[] = { "perl", "-pe", cases[i].expression, path, NULL };
        AUTO_FREE char *expected = NULL;
        assert_ok(process_run(argv, ERROR_FAILED, &expected, NULL, &err) == 0, err);
        size_t length;
        AUTO_FREE char *output = edit(cases[i].expression, cases[i].input, &length);
        if (strcmp(output, expected) != 0)
            fail_msg("%s on \"%s\" gives \"%s\", perl \"%s\"", cases[i].expression, cases[i].input,
                     output, expected);
    }
    remove_scratch(dir);
}

static void other_perl_is_left_to_perl(void **state)
{
    (void)state;
    static const char *const expressions[] = {
        "$_ = uc", "s/a/b/ if /c/", "s/a/uc($&)/e",  "next if /x/; s/a/b/", "print 'x'",
        "s'a'b'",  "s/a/b/r",       "s/a/b/ or die", "sub x { } s/a/b/",    "system('id')",
        "y/a/b/r", "s = 1",         "split /a/",
    };
    for (size_t i = 0; i < ARRAY_SIZE(expressions); i++) {
        struct error *err = NULL;
        struct edit_expression *compiled = (void *)1;
        assert_ok(edit_expression_compile(expressions[i], &compiled, &err) == 0, err);
        if (compiled)
            fail_msg("%s was taken for ours", expressions[i]);
    }
}

static void mistakes_are_named(void **state)
{
    (void)state;
    static const char *const mistakes[][2] = {
        { "", "expression is empty" },
        { " ; ", "expression is empty" },
        { "s/a/b", "no closing \"/\"" },
        { "s/a", "no closing \"/\"" },
        { "s{a}", "no closing \"{\"" },
        { "s/(a/b/", "missing closing parenthesis" },
        { "s/a/b/q", "no flag \"q\"" },
        { "s//b/", "pattern is empty" },
        { "s/a/\\Ub/", "\"\\U\" in the replacement is not available" },
        { "s/a/$name/", "\"$n\" in the replacement is not available" },
        { "s/a/cost$/", "\"$\" in the replacement is not available" },
        { "s/a/$2/", "no group 2" },
        { "s/$foo/b/", "has a variable" },
        { "y/z-a/b/", "runs backwards" },
        { "y/\\d/b/", "escape that is not available" },
        { "y/a/b/g", "no flag \"g\"" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(mistakes); i++) {
        struct error *err = NULL;
        struct edit_expression *compiled = NULL;
        if (edit_expression_compile(mistakes[i][0], &compiled, &err) == 0)
            fail_msg("%s: is accepted", mistakes[i][0]);
        assert_null(compiled);
        assert_error(err, ERROR_USAGE, mistakes[i][1]);
    }
}

static void a_pattern_that_explodes_ends_with_an_error(void **state)
{
    (void)state;
    struct error *err = NULL;
    AUTO(edit_expression_free) struct edit_expression *compiled = NULL;
    assert_ok(edit_expression_compile("s/^(a+)+$/x/", &compiled, &err) == 0, err);
    static const char text[] = "fine\naaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!\n";
    size_t length;
    assert_null(edit_expression_apply(compiled, text, strlen(text), &length, &err));
    assert_error(err, ERROR_GUEST, "line 2: the pattern takes too long");
}

static void bytes_that_are_no_text_pass_through(void **state)
{
    (void)state;
    struct error *err = NULL;
    AUTO(edit_expression_free) struct edit_expression *compiled = NULL;
    assert_ok(edit_expression_compile("s/b/x/", &compiled, &err) == 0, err);
    static const char text[] = "a\0b\xff\nb";
    size_t length;
    AUTO_FREE char *output = edit_expression_apply(compiled, text, sizeof(text) - 1, &length, &err);
    assert_ok(output, err);
    assert_int_equal(length, sizeof(text) - 1);
    assert_memory_equal(output, "a\0x\xff\nx", length);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_edited_as_written_here),
        cmocka_unit_test(perl_agrees),
        cmocka_unit_test(other_perl_is_left_to_perl),
        cmocka_unit_test(mistakes_are_named),
        cmocka_unit_test(a_pattern_that_explodes_ends_with_an_error),
        cmocka_unit_test(bytes_that_are_no_text_pass_through),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
