/* SPDX-License-Identifier: Apache-2.0 */
/* --commands-from-file FILE: operations one a line, as virt-customize(1) reads them. */
#include "fsimage/ops/local_file.h"
#include "fsimage/ops/ops.h"

#include <string.h>

/* The next line of *TEXT with those that a backslash at its end continues it by (the backslash
 * goes, the newline stays), *TEXT and *NUMBER being moved behind it; NULL at the end. */
static char *next_line(char **text, size_t *number)
{
    char *line = *text, *to = line;
    if (!*line)
        return NULL;
    const char *from = line;
    for (; *from && *from != '\n'; from++) {
        if (from[0] == '\\' && from[1] == '\n') {
            from++;
            (*number)++;
        }
        *to++ = *from;
    }
    *text = (char *)from + (*from == '\n');
    (*number)++;
    *to = '\0';
    return line;
}

static int add_line(struct customize_plan *plan, const struct customize_step *step, char *line,
                    size_t number, struct error **err)
{
    AUTO_FREE char *origin = xasprintf("%s:%zu", step->first, number);
    char *value = line + strcspn(line, " \t");
    if (*value)
        *value++ = '\0';
    value += strspn(value, " \t");
    if (strcmp(line, step->op->name) == 0)
        return error_set(err, ERROR_USAGE, "%s: a file of commands cannot name another one",
                         origin);
    return customize_plan_add(plan, line, *value ? value : NULL, step->base_dir, origin, err);
}

int expand_commands_file(struct customize_plan *plan, const struct customize_step *step,
                         struct error **err)
{
    AUTO_FREE char *path = local_path(step, step->first);
    AUTO_FREE char *text = local_file_read(path, err);
    if (!text)
        return -1;
    size_t length = strlen(text), number = 1;
    int result = 0;
    char *next = text;
    for (size_t begin = number; !result; begin = number) {
        char *line = next_line(&next, &number);
        if (!line)
            break;
        line += strspn(line, " \t");
        if (*line && *line != '#')
            result = add_line(plan, step, line, begin, err);
    }
    explicit_bzero(text, length); /* it may have passwords */
    return result;
}
