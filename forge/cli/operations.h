/* SPDX-License-Identifier: Apache-2.0 */
/* The operations on a guest as options: each row of customize_ops becomes an option row. */
#ifndef FORGE_CLI_OPERATIONS_H
#define FORGE_CLI_OPERATIONS_H

#include "forge/cli/options.h"
#include "fsimage/customize.h"

struct operation_settings {
    struct customize_plan plan; /* in the order of the command line */
    struct option_row *rows;
    char *image; /* --add; NULL: not given */
};

void declare_operations(struct options *options, struct operation_settings *settings);
void operation_settings_clear(struct operation_settings *settings);

/* *IMAGE is the one that --add or the first of ARGUMENTS names, borrowed; NULL when none does.
 * ERROR_USAGE when both do. */
MUST_CHECK int operations_image(const struct operation_settings *settings,
                                const struct string_list *arguments, const char **image,
                                struct error **err);

/* Print "NAME VALUE", a tab and the help, a line for each operation; or all that the rows say, as
 * JSON. */
void operations_print(FILE *file);
MUST_CHECK int operations_print_json(FILE *file, struct error **err);

#endif
