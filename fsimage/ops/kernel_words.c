/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of a kernel's arguments, line by line. */
#include "fsimage/ops/kernel_words.h"

#include <stdio.h>
#include <string.h>

static const char blanks[] = " \t";

/* Where a line has arguments. */
struct span {
    size_t begin, end;
    bool unquoted;     /* as an assignment's value: blanks would end it */
    bool removal_only; /* another list is the one to add to */
};

static bool is_one_of(const char *word, size_t length, const char *const names[])
{
    for (; *names; names++)
        if (strlen(*names) == length && memcmp(*names, word, length) == 0)
            return true;
    return false;
}

/* A command of NAMES with SKIP words before its arguments. */
static bool find_after_command(const char *line, const char *const names[], size_t skip,
                               struct span *span)
{
    size_t at = strspn(line, blanks), length = strcspn(line + at, blanks);
    if (!is_one_of(line + at, length, names))
        return false;
    for (at += length; skip; skip--) {
        at += strspn(line + at, blanks);
        at += strcspn(line + at, blanks);
    }
    *span = (struct span){ .begin = at, .end = strlen(line) };
    return true;
}

static bool find_in_grub_cfg(const char *line, struct span *span)
{
    static const char *const names[] = { "linux", "linux16", "linuxefi", NULL };
    return find_after_command(line, names, 1, span);
}

static bool find_in_menu_lst(const char *line, struct span *span)
{
    static const char *const names[] = { "kernel", NULL };
    static const char options[] = "# kopt="; /* which update-grub takes from here */
    if (!starts_with(line, options))
        return find_after_command(line, names, 1, span);
    *span = (struct span){ .begin = strlen(options), .end = strlen(line) };
    return true;
}

static bool find_in_entry(const char *line, struct span *span)
{
    static const char *const names[] = { "options", NULL };
    return find_after_command(line, names, 0, span);
}

static bool find_in_entry_of_list(const char *line, struct span *span)
{
    bool found = find_in_entry(line, span);
    span->removal_only = found && strstr(line, "$kernelopts");
    return found;
}

/* The value of the assignment that begins with NAME and a quote, up to the other quote. */
static bool find_quoted(const char *line, const char *name, struct span *span)
{
    size_t begin = strlen(name);
    const char *close = starts_with(line, name) ? strchr(line + begin, '"') : NULL;
    if (close)
        *span = (struct span){ .begin = begin, .end = (size_t)(close - line) };
    return close;
}

/* RHEL 8's grub.cfg has the one, for a grubenv without it; Fedora's the other. */
static bool find_in_list(const char *line, struct span *span)
{
    size_t indent = strspn(line, blanks);
    bool found = find_quoted(line + indent, "set kernelopts=\"", span) ||
                 find_quoted(line + indent, "set default_kernelopts=\"", span);
    span->begin += indent;
    span->end += indent;
    return found;
}

static const char env_name[] = "kernelopts=";

static bool find_in_env(const char *line, struct span *span)
{
    *span = (struct span){ .begin = strlen(env_name), .end = strlen(line) };
    return starts_with(line, env_name);
}

/* GRUB_CMDLINE_LINUX is for every entry, GRUB_CMDLINE_LINUX_DEFAULT for all but rescue ones. */
static bool find_in_default(const char *line, struct span *span)
{
    static const char all[] = "GRUB_CMDLINE_LINUX=", usual[] = "GRUB_CMDLINE_LINUX_DEFAULT=";
    bool for_all = starts_with(line, all);
    if (!for_all && !starts_with(line, usual))
        return false;
    size_t at = for_all ? strlen(all) : strlen(usual);
    char quote = line[at] == '"' || line[at] == '\'' ? line[at] : '\0';
    const char *close = quote ? strchr(line + at + 1, quote) : NULL;
    if (quote && !close)
        return false; /* it goes on in the next line */
    *span = (struct span){
        .begin = quote ? at + 1 : at,
        .end = quote ? (size_t)(close - line) : at + strcspn(line + at, blanks),
        .unquoted = !quote,
        .removal_only = !for_all,
    };
    return true;
}

static bool find_in_plain(const char *line, struct span *span)
{
    *span = (struct span){ .end = strlen(line) };
    return *line && *line != '#';
}

/* WORD is one that REMOVAL, without its hyphen, means. */
static bool is_meant(const char *word, const char *removal)
{
    size_t length = strlen(removal);
    return strncmp(word, removal, length) == 0 &&
           (!word[length] || (word[length] == '=' && !strchr(removal, '=')));
}

static bool is_removed(const char *word, const struct string_list *changes)
{
    for (size_t i = 0; i < changes->count; i++)
        if (*changes->items[i] == '-' && is_meant(word, changes->items[i] + 1))
            return true;
    return false;
}

static bool is_changed(const struct string_list *words, const struct string_list *changes,
                       bool removal_only)
{
    for (size_t i = 0; i < words->count; i++)
        if (is_removed(words->items[i], changes))
            return true;
    for (size_t i = 0; !removal_only && i < changes->count; i++)
        if (*changes->items[i] != '-' && !string_list_contains(words, changes->items[i]))
            return true;
    return false;
}

/* The changed arguments; a blank before each but the first, or before all when they follow a word.
 */
static void write_words(FILE *out, const struct string_list *words,
                        const struct string_list *changes, const struct span *span, bool follows)
{
    const char *gap = follows ? " " : "";
    for (size_t i = 0; i < words->count; i++) {
        if (is_removed(words->items[i], changes))
            continue;
        fprintf(out, "%s%s", gap, words->items[i]);
        gap = " ";
    }
    for (size_t i = 0; !span->removal_only && i < changes->count; i++) {
        if (*changes->items[i] == '-' || string_list_contains(words, changes->items[i]))
            continue;
        fprintf(out, "%s%s", gap, changes->items[i]);
        gap = " ";
    }
}

static void write_line(FILE *out, const char *line, const struct span *span,
                       const struct string_list *changes)
{
    AUTO_STRINGS struct string_list words = { 0 };
    AUTO_FREE char *list = xstrndup(line + span->begin, span->end - span->begin);
    for (char *at = list; *at; at++)
        if (*at == '\t')
            *at = ' ';
    string_list_split(&words, list, ' ');
    if (!is_changed(&words, changes, span->removal_only)) {
        fputs(line, out);
        return;
    }
    const char *quote = span->unquoted ? "\"" : "";
    bool follows = span->begin && strchr("=\"' \t", line[span->begin - 1]) == NULL;
    fprintf(out, "%.*s%s", (int)span->begin, line, quote);
    write_words(out, &words, changes, span, follows);
    fprintf(out, "%s%s", quote, line + span->end);
}

char *kernel_words_change(const char *text, enum kernel_file kind,
                          const struct string_list *changes, size_t *found)
{
    static bool (*const finders[])(const char *line, struct span *span) = {
        [KERNEL_FILE_GRUB_CFG] = find_in_grub_cfg,
        [KERNEL_FILE_MENU_LST] = find_in_menu_lst,
        [KERNEL_FILE_ENTRY] = find_in_entry,
        [KERNEL_FILE_ENTRY_OF_LIST] = find_in_entry_of_list,
        [KERNEL_FILE_LIST] = find_in_list,
        [KERNEL_FILE_ENV] = find_in_env,
        [KERNEL_FILE_DEFAULT] = find_in_default,
        [KERNEL_FILE_PLAIN] = find_in_plain,
    };
    char *changed = NULL;
    size_t size;
    FILE *out = open_memstream(&changed, &size);
    AUTO_FREE char *lines = xstrdup(text);
    *found = 0;
    for (char *next = lines, *line; (line = strsep(&next, "\n"));) {
        struct span span = { 0 };
        bool has_span = finders[kind](line, &span);
        *found += has_span;
        if (has_span)
            write_line(out, line, &span, changes);
        else
            fputs(line, out);
        if (next)
            fputc('\n', out);
    }
    fclose(out);
    return changed;
}

char *kernel_env_change(const char *block, size_t length, const struct string_list *changes,
                        size_t *found, struct error **err)
{
    static const char title[] = "# GRUB Environment Block\n";
    AUTO_FREE char *line = xasprintf("\n%s", env_name);
    *found = 0;
    if (!strstr(block, line))
        return xstrdup(block);
    if (!starts_with(block, title) || strlen(block) != length) {
        error_set(err, ERROR_GUEST, "it is not as GRUB keeps its environment");
        return NULL;
    }
    /* Behind the last line the block is filled up. */
    size_t used = (size_t)(strrchr(block, '\n') + 1 - block);
    AUTO_FREE char *text = xstrndup(block, used);
    AUTO_FREE char *changed = kernel_words_change(text, KERNEL_FILE_ENV, changes, found);
    size_t now = strlen(changed);
    if (now > length) {
        error_set(err, ERROR_GUEST, "the arguments are %zu bytes too long for its %zu bytes",
                  now - length, length);
        return NULL;
    }
    char *filled = xcalloc(length + 1, 1);
    memset(filled, '#', length);
    memcpy(filled, changed, now);
    return filled;
}
