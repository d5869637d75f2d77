/* SPDX-License-Identifier: Apache-2.0 */
/* One command of an edit expression: s/// or y///. */
#ifndef FORGE_FSIMAGE_OPS_EDIT_COMMAND_H
#define FORGE_FSIMAGE_OPS_EDIT_COMMAND_H

#include "forge/base/error.h"

#include <stddef.h>
#include <stdio.h>

/* A pattern and its replacement as written between the delimiters, escapes included. */
struct edit_source {
    char *left, *right, *flags;
};

struct edit_command {
    const struct edit_command_ops *ops;
    struct edit_command *next;
};

struct edit_command_ops {
    /* Write the edited LINE to OUT. */
    int (*apply)(const struct edit_command *command, const char *line, size_t length, FILE *out,
                 struct error **err);
    void (*free)(struct edit_command *command);
};

/* NULL with ERROR_USAGE for what cannot be done without perl, or at all. */
MUST_CHECK struct edit_command *edit_substitute_new(const struct edit_source *source,
                                                    struct error **err);
MUST_CHECK struct edit_command *edit_transliterate_new(const struct edit_source *source,
                                                       struct error **err);

/* The character that the escape at *AT (behind its backslash) stands for, *AT being moved over it:
 * \n \t \r \f \a \e \0 \xHH \x{HH}, and punctuation for itself. -1 for any other. */
int edit_escape(const char **at);

#endif
