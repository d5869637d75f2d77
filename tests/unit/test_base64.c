/* SPDX-License-Identifier: Apache-2.0 */
/* Base 64 there and back, and what is none. */
#include "forge/base/base64.h"
#include "tests/unit/check.h"

/* The vectors of RFC 4648, section 10. */
static void base64_pads_to_groups_of_four(void **state)
{
    (void)state;
    static const struct {
        const char *bytes, *text;
    } cases[] = {
        { "", "" },
        { "f", "Zg==" },
        { "fo", "Zm8=" },
        { "foo", "Zm9v" },
        { "foob", "Zm9vYg==" },
        { "fooba", "Zm9vYmE=" },
        { "foobar", "Zm9vYmFy" },
        { "\xfb\xff\xbf", "+/+/" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        AUTO_FREE char *text = base64_encode(cases[i].bytes, strlen(cases[i].bytes));
        assert_string_equal(text, cases[i].text);
        size_t count;
        AUTO_FREE char *bytes = base64_decode(cases[i].text, &count);
        assert_int_equal(count, strlen(cases[i].bytes));
        assert_string_equal(bytes, cases[i].bytes);
    }
}

static void base64_has_blanks_anywhere_and_nothing_else(void **state)
{
    (void)state;
    size_t count;
    AUTO_FREE char *bytes = base64_decode(" Zm9\nvYg =\r\n=\n", &count);
    assert_int_equal(count, 4);
    assert_string_equal(bytes, "foob");
    static const char *const bad[] = { "Z",    "Zm9",   "Zg=",  "Zg==Zg==", "Z===",
                                       "====", "Zm9v!", "Zm=v", "Zm9v-",    "Zm9v-Zm9v" };
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
        assert_null(base64_decode(bad[i], &count));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(base64_pads_to_groups_of_four),
        cmocka_unit_test(base64_has_blanks_anywhere_and_nothing_else),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
