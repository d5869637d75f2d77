/* SPDX-License-Identifier: Apache-2.0 */
/* The reader of consoles: plain lines out of what terminals are sent, whatever comes. */
#include "forge/base/file.h"
#include "forge/base/strings.h"
#include "forge/join/console.h"
#include "tests/unit/check.h"

#include <dirent.h>

static void collect(void *opaque, const char *line)
{
    string_list_add(opaque, line);
}

static void read_in_two(const char *text, size_t length, size_t split, struct string_list *into,
                        char **tail)
{
    struct console console = { .line = collect, .opaque = into };
    console_feed(&console, text, split);
    console_feed(&console, text + split, length - split);
    string_list_add(into, console_prompt(&console));
    *tail = console_tail(&console);
}

static void check_every_split(const char *text, size_t length)
{
    AUTO_STRINGS struct string_list whole = { 0 };
    AUTO_FREE char *whole_tail = NULL;
    read_in_two(text, length, 0, &whole, &whole_tail);
    for (size_t split = 1; split<length; split += length> 3000 ? 7 : 1) {
        AUTO_STRINGS struct string_list parts = { 0 };
        AUTO_FREE char *tail = NULL;
        read_in_two(text, length, split, &parts, &tail);
        assert_int_equal(parts.count, whole.count);
        for (size_t i = 0; i < whole.count; i++)
            assert_string_equal(parts.items[i], whole.items[i]);
        assert_string_equal(tail, whole_tail);
    }
}

static void lines_do_not_depend_on_how_bytes_arrive(void **state)
{
    (void)state;
    const char *root = getenv("FORGE_SOURCE");
    AUTO_FREE char *folder = xasprintf("%s/tests/unit/consoles", root ? root : ".");
    DIR *entries = opendir(folder);
    assert_non_null(entries);
    size_t count = 0;
    for (struct dirent *entry; (entry = readdir(entries));) {
        if (!ends_with(entry->d_name, ".txt"))
            continue;
        struct error *err = NULL;
        size_t length;
        AUTO_FREE char *path = path_join(folder, entry->d_name);
        AUTO_FREE char *text = file_read(path, 1 << 20, &length, &err);
        assert_ok(text, err);
        check_every_split(text, length);
        count++;
    }
    closedir(entries);
    assert_true(count > 10);
}

static void escape_sequences_leave_plain_lines(void **state)
{
    (void)state;
    static const struct {
        const char *bytes, *lines; /* lines are joined by "|", the incomplete one is the last */
    } cases[] = {
        { "plain\r\nand\nmore", "plain|and|more" },
        { "[\033[0;32m  OK  \033[0m] Started\r\r\n", "[  OK  ] Started|" },
        { "\033[2J\033[1;1Hgrub> ", "grub> " },
        { "one\033[5;1Htwo\033[Hthree", "one|two|three" },
        { "first\rsecond\r\n", "first|second|" },
        { "\n\rthird", "third" },
        { "wrogn\b\bng\n", "wrong|" },
        { "\xc3\xa9\b\xc3\xa8\n", "\xc3\xa8|" },
        { "\033]0;a title\007shown\n", "shown|" },
        { "\033]0;a title\033\\shown\n", "shown|" },
        { "\033]0;never ended\nshown\n", "shown|" },
        { "\033(Bset\n", "set|" },
        { "a\033[3Cb\tc\n", "a b c|" },
        { "nul\0and\a bell\177\n", "nul" },
        /* systemd cuts its own sequence; what cannot belong to it ends it */
        { "device \033[0;1;\xe2\x80\xa6"
          "1111-2222.\r\n",
          "device \xe2\x80\xa6"
          "1111-2222.|" },
        { "\033[12\033[1mbold\n", "bold|" },
        { "\033", "" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        AUTO_STRINGS struct string_list found = { 0 };
        AUTO_FREE char *tail = NULL;
        read_in_two(cases[i].bytes, strlen(cases[i].bytes), 0, &found, &tail);
        AUTO_STRINGS struct string_list wanted = { 0 };
        AUTO_FREE char *copy = xstrdup(cases[i].lines);
        for (char *rest = copy, *part; (part = strsep(&rest, "|"));)
            string_list_add(&wanted, part);
        assert_int_equal(found.count, wanted.count);
        for (size_t j = 0; j < wanted.count; j++)
            assert_string_equal(found.items[j], wanted.items[j]);
    }
}

static void the_reader_is_bounded(void **state)
{
    (void)state;
    AUTO_STRINGS struct string_list found = { 0 };
    struct console console = { .line = collect, .opaque = &found };
    for (int i = 0; i < 100000; i++)
        console_feed(&console, "x", 1);
    assert_int_equal(found.count, 100000 / CONSOLE_LINE_MAX);
    assert_int_equal(strlen(found.items[0]), CONSOLE_LINE_MAX);
    for (int i = 0; i < 100000; i++)
        console_feed(&console, "\033[", 2);
    for (int i = 0; i < 100000; i++)
        console_feed(&console, "\033]9", 3);
    console_feed(&console, "\nback\n", 6);
    assert_string_equal(found.items[found.count - 1], "back");
    unsigned seed = 1;
    for (int i = 0; i < 300000; i++) { /* noise: no crash, no endless state */
        seed = seed * 1103515245u + 12345u;
        char byte = (char)(seed >> 16);
        console_feed(&console, &byte, 1);
    }
    console_feed(&console, "\n\nstill here\n", 13);
    assert_string_equal(found.items[found.count - 1], "still here");
}

static void the_tail_holds_what_says_something(void **state)
{
    (void)state;
    AUTO_STRINGS struct string_list found = { 0 };
    AUTO_FREE char *tail = NULL;
    AUTO_FREE char *text = xstrdup("");
    for (int i = 0; i < 30; i++) {
        char *more = xasprintf("%sline %d\n+----+\n\n", text, i);
        free(text);
        text = more;
    }
    char *all = xasprintf("%s[*   ] a job 1\r[ *  ] a job 2\r[  * ] a job 3\r\nlogin: ", text);
    read_in_two(all, strlen(all), 0, &found, &tail);
    free(all);
    assert_true(starts_with(tail, "line 19\nline 20\n"));
    assert_true(ends_with(tail, "line 29\n[  * ] a job 3\nlogin: "));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_do_not_depend_on_how_bytes_arrive),
        cmocka_unit_test(escape_sequences_leave_plain_lines),
        cmocka_unit_test(the_reader_is_bounded),
        cmocka_unit_test(the_tail_holds_what_says_something),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
