/* SPDX-License-Identifier: Apache-2.0 */
/* A verb's values with its options declared over them, ready to be parsed or printed. */
#ifndef FORGE_CLI_COMMAND_LINE_H
#define FORGE_CLI_COMMAND_LINE_H

#include "forge/cli/command_table.h"

struct command_line {
    const struct command *command;
    void *values;
    struct common_settings common;
    struct options *options; /* the verb's own groups, then the common one */
    struct string_list arguments;
};

struct command_line *command_line_new(const struct command *command);
void command_line_free(struct command_line *line);
DEFINE_CLEANUP(struct command_line *, command_line_free)

#endif
