/* SPDX-License-Identifier: Apache-2.0 */
/* Quotes words for a POSIX shell. */
#include "forge/base/shell_quote.h"

#include <string.h>

/* Nothing is special between apostrophes but the apostrophe itself (POSIX, XCU 2.2.2): each one
 * ends the quotes, stands alone behind a backslash, and begins them again. */
char *shell_quote(const char *text)
{
    static const char escaped[] = "'\\''";
    char *word = xcalloc(strlen(text) * strlen(escaped) + 3, 1);
    char *to = word;
    *to++ = '\'';
    for (; *text; text++)
        to = *text == '\'' ? stpcpy(to, escaped) : (*to = *text, to + 1);
    *to = '\'';
    return word;
}

static bool is_plain(const char *word)
{
    return *word && word[strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                      "0123456789-_./=:,@+")] == '\0';
}

char *shell_command(const struct string_list *argv)
{
    char *command = xstrdup("");
    for (size_t i = 0; i < argv->count; i++) {
        AUTO_FREE char *before = command;
        AUTO_FREE char *word = is_plain(argv->items[i]) ? xstrdup(argv->items[i])
                                                        : shell_quote(argv->items[i]);
        command = xasprintf("%s%s%s", before, i ? " " : "", word);
    }
    return command;
}
