/* SPDX-License-Identifier: Apache-2.0 */
/* Settings from the command line, a recipe and the environment, brought into the fields of rows. */
#include "forge/cli/options.h"

#include <getopt.h>
#include <string.h>

/* getopt_long returns this plus the slot's index for a long option, the letter for a short one. */
enum { LONG_OPTION = 256 };

struct options *options_new(void)
{
    return NEW(struct options);
}

void options_add(struct options *options, const char *heading, enum option_section section,
                 const struct option_row *rows, size_t count, void *values)
{
    options->slots = xrealloc(options->slots, options->count + count, sizeof(*options->slots));
    for (size_t i = 0; i < count; i++)
        options->slots[options->count++] = (struct option_slot){
            .row = &rows[i],
            .field = (char *)values + rows[i].offset,
            .heading = heading,
            .section = section,
        };
}

void options_free(struct options *options)
{
    if (!options)
        return;
    for (size_t i = 0; i < options->count; i++) {
        struct option_slot *slot = &options->slots[i];
        string_list_clear(&slot->given);
        if (slot->row->kind == OPTION_LIST)
            string_list_clear(slot->field);
        else if (slot->row->kind == OPTION_STRING || slot->row->kind == OPTION_PATH)
            free(STEAL(*(char **)slot->field));
    }
    free(options->slots);
    free(options);
}

static struct option_slot *find_slot(const struct options *options, const char *name)
{
    for (size_t i = 0; i < options->count; i++)
        if (strcmp(options->slots[i].row->name, name) == 0)
            return &options->slots[i];
    return NULL;
}

/* -- one function per kind of value -- */

static int set_flag(struct option_slot *slot, const char *text, const struct option_source *source,
                    struct error **err)
{
    (void)source;
    bool *flag = slot->field;
    if (text && strcmp(text, "true") != 0 && strcmp(text, "false") != 0)
        return error_set(err, ERROR_USAGE, "\"%s\" is neither true nor false", text);
    *flag = !text || strcmp(text, "true") == 0;
    return 0;
}

static int set_string(struct option_slot *slot, const char *text,
                      const struct option_source *source, struct error **err)
{
    (void)source;
    (void)err;
    char **string = slot->field;
    free(*string);
    *string = xstrdup(text);
    return 0;
}

static int set_path(struct option_slot *slot, const char *text, const struct option_source *source,
                    struct error **err)
{
    if (!*text)
        return error_set(err, ERROR_USAGE, "the path is empty");
    char **path = slot->field;
    free(*path);
    *path = source->base_dir ? path_join(source->base_dir, text) : xstrdup(text);
    return 0;
}

static int set_list(struct option_slot *slot, const char *text, const struct option_source *source,
                    struct error **err)
{
    (void)err;
    if (slot->origin < source->origin)
        string_list_clear(slot->field);
    string_list_split(slot->field, text, ',');
    return 0;
}

static int set_size(struct option_slot *slot, const char *text, const struct option_source *source,
                    struct error **err)
{
    (void)source;
    const struct option_row *row = slot->row;
    int64_t size;
    if (!parse_size(text, &size))
        return error_set(err, ERROR_USAGE, "\"%s\" is not a size such as 512M or 10G", text);
    if (row->max && (size < row->min || size > row->max)) {
        AUTO_FREE char *min = format_size(row->min);
        AUTO_FREE char *max = format_size(row->max);
        return error_set(err, ERROR_USAGE, "\"%s\" is not a size from %s to %s", text, min, max);
    }
    *(int64_t *)slot->field = size;
    return 0;
}

static int set_integer(struct option_slot *slot, const char *text,
                       const struct option_source *source, struct error **err)
{
    (void)source;
    const struct option_row *row = slot->row;
    if (!parse_integer(text, row->min, row->max, slot->field))
        return error_set(err, ERROR_USAGE, "\"%s\" is not a whole number from %lld to %lld", text,
                         (long long)row->min, (long long)row->max);
    return 0;
}

static int set_choice(struct option_slot *slot, const char *text,
                      const struct option_source *source, struct error **err)
{
    (void)source;
    for (const struct option_choice *choice = slot->row->choices; choice->name; choice++)
        if (strcmp(choice->name, text) == 0) {
            *(int *)slot->field = choice->value;
            return 0;
        }
    return error_set(err, ERROR_USAGE, "\"%s\" is not one of %s", text, slot->row->value_name);
}

static int set_custom(struct option_slot *slot, const char *text,
                      const struct option_source *source, struct error **err)
{
    return slot->row->set(slot->field, slot->row, text, source, err);
}

/* Lists and their like gather texts, the others have the last one. */
static bool gathers(const struct option_slot *slot)
{
    return slot->row->kind == OPTION_LIST || slot->row->kind == OPTION_CUSTOM;
}

static void note_given(struct option_slot *slot, const char *text, enum option_origin origin)
{
    if (!gathers(slot) || origin != slot->origin)
        string_list_clear(&slot->given);
    if (slot->row->kind != OPTION_STEP) /* whose texts may be secret, and are in the plan */
        string_list_add(&slot->given, text);
}

static int set_slot(struct option_slot *slot, const char *text, const struct option_source *source,
                    struct error **err)
{
    static int (*const setters[])(struct option_slot *, const char *, const struct option_source *,
                                  struct error **) = {
        [OPTION_FLAG] = set_flag,     [OPTION_STRING] = set_string, [OPTION_PATH] = set_path,
        [OPTION_LIST] = set_list,     [OPTION_SIZE] = set_size,     [OPTION_INTEGER] = set_integer,
        [OPTION_CHOICE] = set_choice, [OPTION_CUSTOM] = set_custom, [OPTION_STEP] = set_custom,
    };
    if (source->origin < slot->origin)
        return 0;
    if (!text && slot->row->value_name && !slot->row->value_optional)
        return error_set(err, ERROR_USAGE, "%s: a value is missing (%s)", source->where,
                         slot->row->value_name);
    if ((slot->row->set ? set_custom : setters[slot->row->kind])(slot, text, source, err))
        return slot->row->kind == OPTION_STEP ? -1 : error_wrap(err, "%s", source->where);
    note_given(slot, text ? text : "true", source->origin);
    slot->origin = source->origin;
    return 0;
}

static int unknown_name(const struct options *options, const char *name, struct error **err)
{
    AUTO_STRINGS struct string_list names = { 0 };
    for (size_t i = 0; i < options->count; i++)
        string_list_add(&names, options->slots[i].row->name);
    const char *near = nearest_name(name, (const char *const *)names.items);
    if (near)
        return error_set(err, ERROR_USAGE, "there is no option --%s (did you mean --%s?)", name,
                         near);
    return error_set(err, ERROR_USAGE, "there is no option --%s", name);
}

int options_set(struct options *options, const char *name, const char *value,
                const struct option_source *source, struct error **err)
{
    struct option_slot *slot = find_slot(options, name);
    return slot ? set_slot(slot, value, source, err) : unknown_name(options, name, err);
}

enum option_origin options_origin(const struct options *options, const char *name)
{
    const struct option_slot *slot = find_slot(options, name);
    return slot ? slot->origin : OPTION_FROM_DEFAULT;
}

bool options_takes_many(const struct options *options, const char *name)
{
    const struct option_slot *slot = find_slot(options, name);
    return slot && gathers(slot);
}

/* -- the command line -- */

/* getopt_long's tables, built from the rows. */
struct getopt_tables {
    struct option *longs;
    char *shorts;
};

static void getopt_tables_clear(struct getopt_tables *tables)
{
    free(tables->longs);
    free(tables->shorts);
}

static struct getopt_tables getopt_tables_of(const struct options *options)
{
    struct getopt_tables tables = {
        .longs = xcalloc(options->count + 1, sizeof(struct option)),
        .shorts = xcalloc(2 * options->count + 2, 1),
    };
    char *shorts = tables.shorts;
    *shorts++ = ':'; /* tell a missing value from an unknown option */
    for (size_t i = 0; i < options->count; i++) {
        const struct option_row *row = options->slots[i].row;
        tables.longs[i] = (struct option){
            .name = row->name,
            .has_arg = row->value_optional ? optional_argument
                       : row->value_name   ? required_argument
                                           : no_argument,
            .val = LONG_OPTION + (int)i,
        };
        if (!row->short_name)
            continue;
        *shorts++ = row->short_name;
        if (row->value_name)
            *shorts++ = ':';
    }
    return tables;
}

static struct option_slot *slot_of_code(const struct options *options, int code)
{
    if (code >= LONG_OPTION)
        return &options->slots[code - LONG_OPTION];
    for (size_t i = 0; i < options->count; i++)
        if (options->slots[i].row->short_name == code)
            return &options->slots[i];
    return NULL;
}

/* getopt_long said '?' about WORD: an unknown or ambiguous name, or a flag with a value. */
static int refuse_word(const struct options *options, const char *word, int code,
                       struct error **err)
{
    if (code >= LONG_OPTION)
        return error_set(err, ERROR_USAGE, "--%s takes no value",
                         slot_of_code(options, code)->row->name);
    if (code)
        return error_set(err, ERROR_USAGE, "there is no option -%c", code);
    const char *name = word + strspn(word, "-");
    AUTO_FREE char *bare = xstrndup(name, strcspn(name, "="));
    return unknown_name(options, bare, err);
}

static int parse_command_line(struct options *options, int argc, char *argv[], struct error **err)
{
    __attribute__((cleanup(getopt_tables_clear))) struct getopt_tables tables =
        getopt_tables_of(options);
    optind = 0; /* glibc: start afresh, permuting */
    opterr = 0;
    int code;
    while ((code = getopt_long(argc, argv, tables.shorts, tables.longs, NULL)) != -1) {
        if (code == '?')
            return refuse_word(options, argv[optind - 1], optopt, err);
        struct option_slot *slot = slot_of_code(options, code == ':' ? optopt : code);
        AUTO_FREE char *where = xasprintf("--%s", slot->row->name);
        const struct option_source source = { OPTION_FROM_COMMAND_LINE, where, NULL };
        if (set_slot(slot, code == ':' ? NULL : optarg, &source, err))
            return -1;
    }
    return 0;
}

/* The first of a row's variables that is set; an empty one counts as not set. */
static int apply_environment(struct option_slot *slot, struct error **err)
{
    AUTO_STRINGS struct string_list names = { 0 };
    string_list_split(&names, slot->row->environment, ' ');
    for (size_t i = 0; i < names.count; i++) {
        const char *value = getenv(names.items[i]);
        if (!value || !*value)
            continue;
        AUTO_FREE char *where = xasprintf("$%s", names.items[i]);
        const struct option_source source = { OPTION_FROM_ENVIRONMENT, where, NULL };
        return set_slot(slot, value, &source, err);
    }
    return 0;
}

int options_parse(struct options *options, int argc, char *argv[], struct string_list *arguments,
                  struct error **err)
{
    if (parse_command_line(options, argc, argv, err))
        return -1;
    for (int i = optind; i < argc; i++)
        string_list_add(arguments, argv[i]);
    for (size_t i = 0; i < options->count; i++) {
        struct option_slot *slot = &options->slots[i];
        if (slot->row->environment && slot->origin == OPTION_FROM_DEFAULT &&
            apply_environment(slot, err))
            return -1;
    }
    return 0;
}
