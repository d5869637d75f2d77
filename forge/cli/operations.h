/* SPDX-License-Identifier: Apache-2.0 */
/* The operations on a guest as options: each row of customize_ops becomes an option row. */
#ifndef FORGE_CLI_OPERATIONS_H
#define FORGE_CLI_OPERATIONS_H

#include "forge/cli/options.h"
#include "fsimage/customize.h"

struct operation_settings {
    struct customize_plan plan; /* in the order of the command line */
    struct option_row *rows;
};

void declare_operations(struct options *options, struct operation_settings *settings);
void operation_settings_clear(struct operation_settings *settings);

/* Print "NAME VALUE", a tab and the help, a line for each operation. */
void operations_print(FILE *file);

#endif
