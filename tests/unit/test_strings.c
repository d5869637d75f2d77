/* SPDX-License-Identifier: Apache-2.0 */
/* Lists, hexadecimal, sizes, names. */
#include "forge/base/strings.h"
#include "tests/unit/check.h"

static void list_splits_trims_and_drops_empty_items(void **state)
{
    (void)state;
    AUTO_STRINGS struct string_list list = { 0 };
    string_list_split(&list, " a ,b,, c d ,", ',');
    assert_int_equal(list.count, 3);
    assert_string_equal(list.items[0], "a");
    assert_string_equal(list.items[1], "b");
    assert_string_equal(list.items[2], "c d");
    assert_null(list.items[3]);
    assert_true(string_list_contains(&list, "c d"));
    assert_false(string_list_contains(&list, "c"));
}

static void sorted_lists_are_searched(void **state)
{
    (void)state;
    AUTO_STRINGS struct string_list list = { 0 };
    string_list_sort(&list);
    assert_false(string_list_contains_sorted(&list, "a"));
    string_list_split(&list, "c,a,b,a", ',');
    string_list_sort(&list);
    static const char *const wanted[] = { "a", "a", "b", "c" };
    for (size_t i = 0; i < ARRAY_SIZE(wanted); i++)
        assert_string_equal(list.items[i], wanted[i]);
    assert_null(list.items[4]);
    assert_true(string_list_contains_sorted(&list, "c"));
    assert_false(string_list_contains_sorted(&list, "bb"));
}

static void hex_round_trips_and_refuses_everything_else(void **state)
{
    (void)state;
    static const unsigned char bytes[] = { 0x00, 0x7f, 0x80, 0xff };
    unsigned char back[sizeof(bytes)];
    AUTO_FREE char *text = hex_encode(bytes, sizeof(bytes));
    assert_string_equal(text, "007f80ff");
    assert_true(hex_decode("007F80ff", back, sizeof(back)));
    assert_memory_equal(back, bytes, sizeof(bytes));
    assert_false(hex_decode("007f80f", back, sizeof(back)));
    assert_false(hex_decode("007f80fff", back, sizeof(back)));
    assert_false(hex_decode("007f80fg", back, sizeof(back)));
    assert_true(is_hex("0a", 2));
    assert_false(is_hex("0A", 2));
}

static void pieces_are_joined_and_replaced(void **state)
{
    (void)state;
    AUTO_STRINGS struct string_list list = { 0 };
    AUTO_FREE char *none = string_list_join(&list, ",");
    assert_string_equal(none, "");
    string_list_split(&list, "a,bc", ',');
    AUTO_FREE char *both = string_list_join(&list, ", ");
    assert_string_equal(both, "a, bc");
    AUTO_FREE char *replaced = text_replace("$Xa$X$Xb$", "$X", "yy");
    assert_string_equal(replaced, "yyayyyyb$");
}

static void sizes_are_powers_of_1024(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t bytes;
    } good[] = {
        { "0", 0 },
        { "4096", 4096 },
        { "512k", 512 << 10 },
        { "10M", 10 << 20 },
        { "10MiB", 10 << 20 },
        { "1G", 1 << 30 },
        { "7E", INT64_C(7) << 60 },
    };
    static const char *const bad[] = { "", "M", "-1", "1.5G", "10MB", "8E", "1 M", "0x10", "1MM" };
    int64_t bytes = -1;
    for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
        assert_true(parse_size(good[i].text, &bytes));
        assert_int_equal(bytes, good[i].bytes);
    }
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
        assert_false(parse_size(bad[i], &bytes));
    AUTO_FREE char *large = format_size(1536 << 20);
    assert_string_equal(large, "1.5 GiB");
    AUTO_FREE char *small = format_size(1023);
    assert_string_equal(small, "1023 bytes");
}

static void integers_must_be_whole_and_in_range(void **state)
{
    (void)state;
    int64_t value;
    assert_true(parse_integer("-5", -5, 5, &value));
    assert_int_equal(value, -5);
    assert_false(parse_integer("6", -5, 5, &value));
    assert_false(parse_integer(" 1", -5, 5, &value));
    assert_false(parse_integer("1 ", -5, 5, &value));
    assert_false(parse_integer("", -5, 5, &value));
    assert_false(parse_integer("99999999999999999999", 0, INT64_MAX, &value));
}

static void paths_split_and_join(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        { "a/b", "a" }, { "b", "." }, { "/b", "/" }, { "/a/b", "/a" }
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        AUTO_FREE char *dir = path_dirname(cases[i][0]);
        assert_string_equal(dir, cases[i][1]);
        assert_string_equal(path_basename(cases[i][0]), "b");
    }
    AUTO_FREE char *joined = path_join("/x/", "y");
    assert_string_equal(joined, "/x/y");
    AUTO_FREE char *absolute = path_join("/x", "/y");
    assert_string_equal(absolute, "/y");
}

static void nearest_name_suggests_only_what_is_near(void **state)
{
    (void)state;
    static const char *const names[] = { "hostname", "timezone", "upload", NULL };
    assert_string_equal(nearest_name("hostnam", names), "hostname");
    assert_string_equal(nearest_name("uplaod", names), "upload");
    assert_null(nearest_name("frobnicate", names));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(list_splits_trims_and_drops_empty_items),
        cmocka_unit_test(sorted_lists_are_searched),
        cmocka_unit_test(hex_round_trips_and_refuses_everything_else),
        cmocka_unit_test(pieces_are_joined_and_replaced),
        cmocka_unit_test(sizes_are_powers_of_1024),
        cmocka_unit_test(integers_must_be_whole_and_in_range),
        cmocka_unit_test(paths_split_and_join),
        cmocka_unit_test(nearest_name_suggests_only_what_is_near),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
