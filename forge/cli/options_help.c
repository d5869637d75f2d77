/* SPDX-License-Identifier: Apache-2.0 */
/* Option rows as text: the groups of --help, and the list that shell completion reads. */
#include "forge/cli/options.h"

#include <string.h>

enum { HELP_COLUMN = 30, HELP_WIDTH = 79 };

/* Print TEXT word by word from column HELP_COLUMN on; the cursor is at COLUMN. */
static void print_wrapped(FILE *file, const char *text, int column)
{
    if (column >= HELP_COLUMN - 1) {
        fputc('\n', file);
        column = 0;
    }
    fprintf(file, "%*s", HELP_COLUMN - column, "");
    column = HELP_COLUMN;
    while (*text) {
        int length = (int)strcspn(text, " ");
        if (column > HELP_COLUMN && column + 1 + length > HELP_WIDTH) {
            fprintf(file, "\n%*s", HELP_COLUMN, "");
            column = HELP_COLUMN;
        } else if (column > HELP_COLUMN) {
            fputc(' ', file);
            column++;
        }
        fprintf(file, "%.*s", length, text);
        column += length;
        text += length;
        text += strspn(text, " ");
    }
    fputc('\n', file);
}

static char *help_text(const struct option_row *row)
{
    if (!row->environment)
        return xstrdup(row->help);
    AUTO_STRINGS struct string_list names = { 0 };
    string_list_split(&names, row->environment, ' ');
    AUTO_FREE char *all = NULL;
    for (size_t i = 0; i < names.count; i++) {
        char *longer = xasprintf("%s%s$%s", all ? all : "", all ? ", " : "", names.items[i]);
        free(all);
        all = longer;
    }
    return xasprintf("%s [%s]", row->help, all);
}

void options_print_help(const struct options *options, FILE *file)
{
    const char *heading = NULL;
    for (size_t i = 0; i < options->count; i++) {
        const struct option_slot *slot = &options->slots[i];
        const struct option_row *row = slot->row;
        if (!heading || strcmp(heading, slot->heading) != 0)
            fprintf(file, "\n%s:\n", slot->heading);
        heading = slot->heading;
        int column = row->short_name ? fprintf(file, "  -%c, --%s", row->short_name, row->name)
                                     : fprintf(file, "      --%s", row->name);
        if (row->value_name)
            column += fprintf(file, row->value_optional ? "[=%s]" : " %s", row->value_name);
        AUTO_FREE char *text = help_text(row);
        print_wrapped(file, text, column);
    }
}

void options_print_list(const struct options *options, FILE *file)
{
    for (size_t i = 0; i < options->count; i++) {
        const struct option_row *row = options->slots[i].row;
        bool valued = row->value_name && !row->value_optional;
        const char *value = valued ? row->value_name : "";
        const char *space = valued ? " " : "";
        fprintf(file, "--%s%s%s\n", row->name, space, value);
        if (row->short_name)
            fprintf(file, "-%c%s%s\n", row->short_name, space, value);
    }
}
