/* SPDX-License-Identifier: Apache-2.0 */
/* Menus, word by word: blanks and everything that is not understood stay as they are. */
#include "fsimage/disk/boot_menu.h"

#include <string.h>

/* A growing text. */
struct text {
    char *bytes;
    size_t length;
};

static void add(struct text *text, const char *bytes, size_t count)
{
    text->bytes = xrealloc(text->bytes, text->length + count + 1, 1);
    memcpy(text->bytes + text->length, bytes, count);
    text->length += count;
    text->bytes[text->length] = '\0';
}

static void add_text(struct text *text, const char *bytes)
{
    add(text, bytes, strlen(bytes));
}

/* TEXT with every old UUID replaced; owned. */
static char *replace_uuids(const char *text, const struct boot_change *change)
{
    struct text out = { xstrdup(""), 0 };
    while (*text) {
        size_t skip = 0;
        for (size_t i = 0; !skip && i < change->old_uuids->count; i++)
            if (starts_with(text, change->old_uuids->items[i]))
                skip = strlen(change->old_uuids->items[i]);
        if (skip)
            add_text(&out, change->uuid);
        else
            add(&out, text, skip = 1);
        text += skip;
    }
    return out.bytes;
}

/* How the words of a line are treated. */
enum command {
    COMMAND_OTHER,
    COMMAND_PATHS,  /* linux, initrd, kernel: paths and a command line */
    COMMAND_DEVICE, /* menu.lst's root */
};

static enum command command_of(const char *word, size_t length, bool menu_lst)
{
    static const char *const with_paths[] = { "linux",  "linux16",  "linuxefi",
                                              "initrd", "initrd16", "initrdefi",
                                              "kernel", "module",   "multiboot" };
    for (size_t i = 0; i < ARRAY_SIZE(with_paths); i++)
        if (strlen(with_paths[i]) == length && memcmp(with_paths[i], word, length) == 0)
            return COMMAND_PATHS;
    return menu_lst && length == 4 && memcmp(word, "root", 4) == 0 ? COMMAND_DEVICE : COMMAND_OTHER;
}

static bool begins(const char *word, size_t length, const char *prefix)
{
    return length >= strlen(prefix) && memcmp(word, prefix, strlen(prefix)) == 0;
}

static void add_word(struct text *out, const char *word, size_t length, enum command command,
                     const struct boot_change *change)
{
    if (command == COMMAND_DEVICE && begins(word, length, "(hd")) {
        add_text(out, change->layout == DISK_ROOTFS ? "(hd0)" : "(hd0,0)");
    } else if (command == COMMAND_PATHS && begins(word, length, "root=")) {
        add_text(out, "root=");
        add_text(out, change->root_spec);
    } else if (command == COMMAND_PATHS && change->boot_merged && begins(word, length, "/") &&
               !begins(word, length, "/boot/")) {
        add_text(out, "/boot");
        add(out, word, length);
    } else {
        add(out, word, length);
    }
}

static void rewrite_line(struct text *out, const char *line, size_t length, bool menu_lst,
                         const struct boot_change *change)
{
    static const char blanks[] = " \t\n";
    enum command command = COMMAND_OTHER;
    bool first = true;
    for (size_t at = 0; at < length;) {
        size_t gap = strspn(line + at, blanks);
        add(out, line + at, gap < length - at ? gap : length - at);
        at += gap;
        if (at >= length)
            return;
        size_t word = strcspn(line + at, blanks);
        if (first)
            command = command_of(line + at, word, menu_lst);
        add_word(out, line + at, word, first ? COMMAND_OTHER : command, change);
        first = false;
        at += word;
    }
}

static char *rewrite(const char *text, bool menu_lst, const struct boot_change *change)
{
    AUTO_FREE char *replaced = replace_uuids(text, change);
    struct text out = { xstrdup(""), 0 };
    for (const char *line = replaced; *line;) {
        size_t length = strcspn(line, "\n");
        length += line[length] == '\n';
        rewrite_line(&out, line, length, menu_lst, change);
        line += length;
    }
    return out.bytes;
}

char *grub_cfg_rewrite(const char *text, const struct boot_change *change)
{
    return rewrite(text, false, change);
}

char *menu_lst_rewrite(const char *text, const struct boot_change *change)
{
    return rewrite(text, true, change);
}
