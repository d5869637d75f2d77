/* SPDX-License-Identifier: Apache-2.0 */
/* Parses command lines by getopt_long; mistakes are worded as Ruby's optparse words them. */
#include "forge/compat/arguments.h"
#include "forge/base/cleanup.h"
#include "forge/base/memory.h"

#include <getopt.h>
#include <string.h>
#include <sys/stat.h>

/* getopt_long returns this plus the position among all rows, for short options too. */
enum { ROW_CODE = 256 };

struct slot {
    const struct argument_row *row;
    void *field;
};

static struct slot slot_at(const struct argument_group *groups, size_t position)
{
    while (position >= groups->count)
        position -= groups++->count;
    const struct argument_row *row = &groups->rows[position];
    return (struct slot){ row, (char *)groups->values + row->offset };
}

static size_t count_rows(const struct argument_group *groups, size_t count)
{
    size_t rows = 0;
    for (size_t i = 0; i < count; i++)
        rows += groups[i].count;
    return rows;
}

int argument_refuse(const char *option, const char *value, const char *why, struct error **err)
{
    return error_set(err, ERROR_USAGE, "--%s has invalid value '%s': %s", option, value, why);
}

/* -- one function per kind of value -- */

static int set_flag(const struct slot *slot, char *text, struct error **err)
{
    (void)text;
    (void)err;
    *(bool *)slot->field = true;
    return 0;
}

static int set_text(const struct slot *slot, char *text, struct error **err)
{
    (void)err;
    *(const char **)slot->field = text;
    return 0;
}

static int set_file(const struct slot *slot, char *text, struct error **err)
{
    struct stat status;
    if (stat(text, &status) || !S_ISREG(status.st_mode))
        return argument_refuse(slot->row->name, text, "File does not exist or is not a file.", err);
    return set_text(slot, text, err);
}

static int set_directory(const struct slot *slot, char *text, struct error **err)
{
    struct stat status;
    if (stat(text, &status) || !S_ISDIR(status.st_mode))
        return argument_refuse(slot->row->name, text,
                               "Directory does not exist or is not a directory.", err);
    return set_text(slot, text, err);
}

static int set_secret(const struct slot *slot, char *text, struct error **err)
{
    explicit_bzero(text, strlen(text));
    return set_flag(slot, text, err);
}

static int set_custom(const struct slot *slot, char *text, struct error **err)
{
    return slot->row->set(slot->field, slot->row->name, text, err);
}

static int set_slot(const struct slot *slot, char *text, struct error **err)
{
    static int (*const setters[])(const struct slot *, char *, struct error **) = {
        [ARGUMENT_FLAG] = set_flag,     [ARGUMENT_TEXT] = set_text,
        [ARGUMENT_FILE] = set_file,     [ARGUMENT_DIRECTORY] = set_directory,
        [ARGUMENT_SECRET] = set_secret, [ARGUMENT_CUSTOM] = set_custom,
    };
    return setters[slot->row->kind](slot, text, err);
}

/* -- the command line -- */

struct getopt_tables {
    struct option *longs;
    char *shorts;
};

static void getopt_tables_clear(struct getopt_tables *tables)
{
    free(tables->longs);
    free(tables->shorts);
}

static struct getopt_tables getopt_tables_of(const struct argument_group *groups, size_t rows)
{
    struct getopt_tables tables = { .longs = xcalloc(rows + 1, sizeof(struct option)),
                                    .shorts = xcalloc(2 * rows + 2, 1) };
    char *shorts = tables.shorts;
    *shorts++ = ':'; /* tell a missing value from an unknown option */
    for (size_t i = 0; i < rows; i++) {
        const struct argument_row *row = slot_at(groups, i).row;
        tables.longs[i] = (struct option){
            .name = row->name,
            .has_arg = row->value_name ? required_argument : no_argument,
            .val = ROW_CODE + (int)i,
        };
        if (row->letter)
            *shorts++ = row->letter;
        if (row->letter && row->value_name)
            *shorts++ = ':';
    }
    return tables;
}

static struct slot slot_of_code(const struct argument_group *groups, int code)
{
    size_t position = 0;
    if (code >= ROW_CODE)
        return slot_at(groups, (size_t)(code - ROW_CODE));
    while (slot_at(groups, position).row->letter != code)
        position++;
    return slot_at(groups, position);
}

/* getopt_long said CODE, '?' or ':', about WORD. */
static int refuse_word(const char *word, int code, struct error **err)
{
    const char *mistake = code == ':' ? "missing argument" : "invalid option";
    if (strncmp(word, "--", 2) != 0 && code != ':')
        return error_set(err, ERROR_USAGE, "%s: -%c", mistake, optopt);
    if (code == '?' && optopt >= ROW_CODE)
        mistake = "needless argument";
    return error_set(err, ERROR_USAGE, "%s: %s", mistake, word);
}

int arguments_parse(const struct argument_group *groups, size_t count, int argc, char *argv[],
                    int *rest, struct error **err)
{
    __attribute__((cleanup(getopt_tables_clear))) struct getopt_tables tables =
        getopt_tables_of(groups, count_rows(groups, count));
    optind = 0; /* glibc: start afresh, permuting */
    opterr = 0;
    int code;
    while ((code = getopt_long(argc, argv, tables.shorts, tables.longs, NULL)) != -1) {
        if (code == '?' || code == ':')
            return refuse_word(argv[optind - 1], code, err);
        struct slot slot = slot_of_code(groups, code);
        if (set_slot(&slot, optarg, err))
            return -1;
    }
    *rest = optind;
    return 0;
}

int arguments_check_mandatory(const struct argument_group *groups, size_t count, struct error **err)
{
    size_t rows = count_rows(groups, count);
    for (size_t i = 0; i < rows; i++) {
        struct slot slot = slot_at(groups, i);
        if (slot.row->mandatory && !*(const char **)slot.field)
            return error_set(err, ERROR_USAGE, "missing mandatory parameter: --%s", slot.row->name);
    }
    return 0;
}

void arguments_print_help(const struct argument_group *groups, size_t count, bool mandatory,
                          FILE *file)
{
    enum { COLUMN = 37 };
    size_t rows = count_rows(groups, count);
    for (size_t i = 0; i < rows; i++) {
        const struct argument_row *row = slot_at(groups, i).row;
        if (row->mandatory != mandatory)
            continue;
        AUTO_FREE char *letter = row->letter ? xasprintf("-%c,", row->letter) : xstrdup("");
        int width = fprintf(file, "    %-3s --%s%s%s", letter, row->name,
                            row->value_name ? " " : "", row->value_name ? row->value_name : "");
        fprintf(file, "%*s%s\n", width < COLUMN ? COLUMN - width : 1, "", row->help);
    }
}
