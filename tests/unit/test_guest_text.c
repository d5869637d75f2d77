/* SPDX-License-Identifier: Apache-2.0 */
/* What the guest and libguestfs say, made fit for a terminal and a log. */
#include "forge/base/strings.h"
#include "fsimage/guest/guest.h"
#include "fsimage/guest/guest_trace.h"
#include "tests/unit/check.h"

static void control_characters_are_replaced(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        { "plain\n", "plain" },
        { "two\nlines\t\n\n", "two\nlines\t" },
        { "\033[31mred\a", "?[31mred?" },
        { "a\rb\x7f", "a?b?" },
        { "gr\xc3\xbc\xc3\x9f, m\xc4\x9bsto", "gr\xc3\xbc\xc3\x9f, m\xc4\x9bsto" },
        { "\xc2\x9b"
          "31m",
          "??31m" }, /* an escape of one character */
        { "", "" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        AUTO_FREE char *shown = guest_printable(cases[i][0]);
        assert_string_equal(shown, cases[i][1]);
    }
}

static void long_output_keeps_its_end(void **state)
{
    (void)state;
    AUTO_FREE char *text = xcalloc(100001, 1);
    for (int i = 0; i < 10000; i++)
        snprintf(text + i * 10, 11, "line %04d\n", i);
    AUTO_FREE char *shown = guest_printable(text);
    assert_true(starts_with(shown, "[...]\nline "));
    assert_true(ends_with(shown, "line 9999"));
    assert_true(strlen(shown) < 2100);
}

/* Contents never reach the log, whichever way they go. */
static void the_trace_leaves_contents_out(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        { "mount \"/dev/sda1\" \"/\"", "mount \"/dev/sda1\" \"/\"" },
        { "mount = 0", "mount = 0" },
        { "write \"/etc/shadow\" \"root:$6$secret\" ", "write \"/etc/shadow\" ..." },
        { "write \"/a \\\" b\" \"secret\"", "write \"/a \\\" b\" ..." },
        { "write_append \"/x\" \"secret\"", "write_append \"/x\" ..." },
        { "command \"/bin/sh -c secret\"", "command ..." },
        { "command = \"secret\"", "command = ..." },
        { "read_file = \"secret\"", "read_file = ..." },
        { "cat \"/etc/shadow\"", "cat \"/etc/shadow\"" },
        { "launch", "launch" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        AUTO_FREE char *shown = guest_trace_redact(cases[i][0]);
        assert_string_equal(shown, cases[i][1]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(control_characters_are_replaced),
        cmocka_unit_test(long_output_keeps_its_end),
        cmocka_unit_test(the_trace_leaves_contents_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
