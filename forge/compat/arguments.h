/* SPDX-License-Identifier: Apache-2.0 */
/* Options as the old tools take them: rows that parse a command line and are its help. */
#ifndef FORGE_COMPAT_ARGUMENTS_H
#define FORGE_COMPAT_ARGUMENTS_H

#include "forge/base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* What the field at a row's offset is. Texts are borrowed from the argument vector. */
enum argument_kind {
    ARGUMENT_FLAG,      /* bool */
    ARGUMENT_TEXT,      /* const char * */
    ARGUMENT_FILE,      /* the same; a file that exists */
    ARGUMENT_DIRECTORY, /* the same; a directory that exists */
    ARGUMENT_SECRET,    /* bool: it was given; its text is overwritten where ps(1) shows it */
    ARGUMENT_CUSTOM,    /* SET takes the text */
};

struct argument_row {
    const char *name; /* --NAME */
    char letter;      /* 0: none */
    enum argument_kind kind;
    const char *value_name; /* NULL: takes no value */
    size_t offset;          /* of the field in the group's values */
    const char *help;
    bool mandatory; /* of the kinds that keep a text */
    int (*set)(void *field, const char *option, char *text, struct error **err);
};

/* Rows and the values that they set; borrowed. */
struct argument_group {
    const struct argument_row *rows;
    size_t count;
    void *values;
};

/* Parse ARGV (its first entry is skipped) into GROUPS, in the old tools' way: a value is checked
 * when it is met, an option may be shortened, the last of several counts. Any mistake is
 * ERROR_USAGE in their words. *REST receives the index in ARGV, reordered, of the first that is no
 * option. */
MUST_CHECK int arguments_parse(const struct argument_group *groups, size_t count, int argc,
                               char *argv[], int *rest, struct error **err);

/* ERROR_USAGE for the first mandatory option that was not given. */
MUST_CHECK int arguments_check_mandatory(const struct argument_group *groups, size_t count,
                                         struct error **err);

/* Print the rows of GROUPS that are mandatory, or those that are not. */
void arguments_print_help(const struct argument_group *groups, size_t count, bool mandatory,
                          FILE *file);

/* The sentence that a value was not acceptable, and WHY; always -1. */
int argument_refuse(const char *option, const char *value, const char *why, struct error **err);

#endif
