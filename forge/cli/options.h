/* SPDX-License-Identifier: Apache-2.0 */
/* Option rows: one table parses the command line, the recipe and the environment, and is the help.
 */
#ifndef FORGE_CLI_OPTIONS_H
#define FORGE_CLI_OPTIONS_H

#include "forge/base/strings.h"

#include <stdio.h>

/* What the field at a row's offset is. */
enum option_kind {
    OPTION_FLAG,    /* bool; no value on the command line, true or false in a recipe */
    OPTION_STRING,  /* char *, owned by the options */
    OPTION_PATH,    /* the same; relative to the recipe's directory when it comes from one */
    OPTION_LIST,    /* struct string_list, owned by the options: repeatable, split at commas */
    OPTION_SIZE,    /* int64_t in bytes, written as 10M; within MIN..MAX unless MAX is 0 */
    OPTION_INTEGER, /* int64_t within MIN..MAX */
    OPTION_CHOICE,  /* int: the value of one of CHOICES */
    OPTION_CUSTOM,  /* SET takes the text */
    OPTION_STEP,    /* the same, but SET itself names the source in its errors */
};

/* In rising order of strength: a setting replaces what came from a weaker place, never a stronger.
 */
enum option_origin {
    OPTION_FROM_DEFAULT,
    OPTION_FROM_ENVIRONMENT,
    OPTION_FROM_RECIPE,
    OPTION_FROM_COMMAND_LINE,
};

/* Where one setting comes from. */
struct option_source {
    enum option_origin origin;
    const char *where;    /* for messages: "--user", "$EC2_USER_ID", "web.yaml:3:5: user" */
    const char *base_dir; /* relative paths start here; NULL: the current directory */
};

struct option_choice {
    const char *name; /* NULL ends a list of choices */
    int value;
};

struct option_row {
    const char *name; /* --NAME, and the recipe's key */
    char short_name;  /* 0: none */
    enum option_kind kind;
    const char *value_name;  /* NULL: takes no value */
    bool value_optional;     /* --NAME alone, or --NAME=VALUE; the row has a SET */
    size_t offset;           /* of the field in the group's values */
    const char *help;        /* no full stop */
    const char *environment; /* names of variables that give a default, strongest first */
    int64_t min, max;
    const struct option_choice *choices;
    bool secret; /* the value may be a secret, if only by mistake: it is never shown */
    /* Takes the text instead of the kind's own setter; CUSTOM and STEP have only this. FIELD is at
     * the row's offset; TEXT is NULL when there is no value. */
    int (*set)(void *field, const struct option_row *row, const char *text,
               const struct option_source *source, struct error **err);
};

/* What may stand in a recipe beside its own keys, and where. */
enum option_section {
    OPTION_SECTION_NONE,   /* command line only */
    OPTION_SECTION_TOP,    /* a key at the recipe's top level */
    OPTION_SECTION_DISK,   /* a key under "disk" */
    OPTION_SECTION_BUNDLE, /* a key under "bundle" */
};

struct options;

struct options *options_new(void);

/* Free OPTIONS and every string and list that they set in the values. */
void options_free(struct options *options);
DEFINE_CLEANUP(struct options *, options_free)

/* Append a group of ROWS, shown under HEADING, which set fields of VALUES (zeroed or holding
 * defaults). Rows and values are borrowed and live as long as OPTIONS. */
void options_add(struct options *options, const char *heading, enum option_section section,
                 const struct option_row *rows, size_t count, void *values);

/* Parse ARGV (its first entry is skipped), then the environment for what it left open; what is no
 * option is appended to ARGUMENTS. Any mistake is ERROR_USAGE, with a suggestion for a name. */
MUST_CHECK int options_parse(struct options *options, int argc, char *argv[],
                             struct string_list *arguments, struct error **err);

/* Set option NAME to VALUE (NULL for a flag), unless a stronger place has already set it. */
MUST_CHECK int options_set(struct options *options, const char *name, const char *value,
                           const struct option_source *source, struct error **err);

/* The strongest place that has set option NAME. */
enum option_origin options_origin(const struct options *options, const char *name);

/* Can option NAME have several values at once? */
bool options_takes_many(const struct options *options, const char *name);

/* Print the groups as --help shows them. */
void options_print_help(const struct options *options, FILE *file);

/* Print "--name" or "--name VALUE" a line, and short options likewise: what completion reads. */
void options_print_list(const struct options *options, FILE *file);

/* A row in use; what walks all rows sees it. */
struct option_slot {
    const struct option_row *row;
    void *field;
    const char *heading;
    enum option_section section;
    enum option_origin origin;
    struct string_list given; /* the texts that set it, all from ORIGIN; a flag's are "true" */
};

struct options {
    struct option_slot *slots;
    size_t count;
};

#endif
