/* SPDX-License-Identifier: Apache-2.0 */
/* A recipe's text in memory, and excerpts of it that show no secret. */
#include "forge/build/recipe_source.h"
#include "forge/base/strings.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* Characters of a line that are shown, and of those how many lead to the caret. */
enum { WIDTH = 100, LEAD = 60 };

struct recipe_source *recipe_source_new(const char *path, const char *text, size_t length)
{
    struct recipe_source *source = NEW(struct recipe_source);
    source->path = xstrdup(path);
    source->base_dir = path_dirname(path);
    source->text = xcalloc(length + 1, 1);
    memcpy(source->text, text, length);
    source->length = length;
    return source;
}

struct recipe_source *recipe_source_read(const char *path, struct error **err)
{
    struct stat stat;
    AUTO_FD int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0 || fstat(fd, &stat)) {
        error_set_errno_cause(err, ERROR_USAGE, "%s", path);
        return NULL;
    }
    if (!S_ISREG(stat.st_mode) || stat.st_size > RECIPE_SIZE_MAX) {
        error_set(err, ERROR_USAGE, "%s is not a file of at most 1 MiB", path);
        return NULL;
    }
    AUTO_FREE char *text = xcalloc(RECIPE_SIZE_MAX, 1);
    size_t length = 0;
    ssize_t got;
    while ((got = read(fd, text + length, RECIPE_SIZE_MAX - length)) > 0)
        length += (size_t)got;
    struct recipe_source *source = NULL;
    if (got < 0) {
        error_set_errno_cause(err, ERROR_USAGE, "%s", path);
    } else {
        source = recipe_source_new(path, text, length);
        source->device = stat.st_dev;
        source->inode = stat.st_ino;
    }
    explicit_bzero(text, length);
    return source;
}

void recipe_source_free(struct recipe_source *source)
{
    if (!source)
        return;
    explicit_bzero(source->text, source->length);
    free(source->text);
    free(source->path);
    free(source->base_dir);
    free(source->hidden);
    free(source);
}

void recipe_source_hide(const struct recipe_place *place, size_t end)
{
    struct recipe_source *source = place->source;
    source->hidden = xrealloc(source->hidden, source->hidden_count + 1, sizeof(*source->hidden));
    source->hidden[source->hidden_count++] = (struct recipe_span){ place->index, end };
}

char *recipe_place_text(const struct recipe_place *place)
{
    return xasprintf("%s:%zu:%zu", place->source->path, place->line, place->column);
}

/* -- excerpts -- */

static size_t character_length(const char *at)
{
    size_t length = 1;
    while ((at[length] & 0xc0) == 0x80)
        length++;
    return length;
}

/* What ends a line for libyaml, which numbers the lines. */
static bool is_break(const char *at)
{
    return *at == '\n' || *at == '\r' || starts_with(at, "\xc2\x85") ||
           starts_with(at, "\xe2\x80\xa8") || starts_with(at, "\xe2\x80\xa9");
}

static bool is_hidden(const struct recipe_source *source, size_t index)
{
    for (size_t i = 0; i < source->hidden_count; i++)
        if (index >= source->hidden[i].begin && index < source->hidden[i].end)
            return true;
    return false;
}

/* The byte at which PLACE's line begins, or NULL when PLACE is behind the end; *INDEX receives its
 * number as a character. */
static const char *line_start(const struct recipe_place *place, size_t *index)
{
    const char *at = place->source->text, *end = at + place->source->length, *line = at;
    *index = 0;
    for (size_t i = 0; i < place->index; i++) {
        if (at >= end)
            return NULL;
        bool ends_line = is_break(at);
        at += character_length(at);
        if (ends_line) {
            line = at;
            *index = i + 1;
        }
    }
    return line;
}

char *recipe_place_excerpt(const struct recipe_place *place)
{
    const struct recipe_source *source = place->source;
    size_t index, column = 0, caret = 0;
    const char *at = source->unseen ? NULL : line_start(place, &index);
    if (!at)
        return xstrdup("");
    size_t first = place->index - index > LEAD ? place->index - LEAD : index;
    char shown[4 * WIDTH + 4];
    size_t length = 0;
    bool hides = false, blank = true;
    for (; at < source->text + source->length && !is_break(at) && column < WIDTH; index++) {
        const char *character = at;
        at += character_length(at);
        if (index < first)
            continue;
        bool hidden = is_hidden(source, index), again = hidden && hides;
        hides = hidden;
        if (index == place->index)
            caret = again ? column - strlen("***") : column;
        if (again)
            continue;
        size_t bytes = hidden ? strlen("***") : (size_t)(at - character);
        if (!hidden && (bytes > 4 || (unsigned char)*character < ' ' || *character == 0x7f))
            character = " ", bytes = 1;
        blank = blank && !hidden && *character == ' ';
        memcpy(shown + length, hidden ? "***" : character, bytes);
        length += bytes;
        column += hidden ? bytes : 1;
    }
    if (index <= place->index && column < WIDTH) /* at the line's end */
        caret = column;
    if (blank)
        return xstrdup("");
    return xasprintf("\n    %.*s\n    %*s^", (int)length, shown, (int)caret, "");
}
