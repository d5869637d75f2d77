/* SPDX-License-Identifier: Apache-2.0 */
/* Values and options of one verb, made and freed in the right order. */
#include "forge/cli/command_line.h"

struct command_line *command_line_new(const struct command *command)
{
    struct command_line *line = NEW(struct command_line);
    line->command = command;
    line->values = xcalloc(1, command->values_size);
    line->options = options_new();
    command->declare(line->options, line->values);
    declare_common(line->options, &line->common);
    return line;
}

void command_line_free(struct command_line *line)
{
    if (!line)
        return;
    options_free(line->options); /* first: rows may live in the values */
    if (line->command->clear)
        line->command->clear(line->values);
    string_list_clear(&line->arguments);
    free(line->values);
    free(line);
}
