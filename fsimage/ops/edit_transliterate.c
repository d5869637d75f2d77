/* SPDX-License-Identifier: Apache-2.0 */
/* y/SEARCH/REPLACEMENT/cds: bytes replaced by bytes, through one table. */
#include "forge/base/strings.h"
#include "fsimage/ops/edit_command.h"

#include <string.h>

enum { KEEP = -1, DELETE = -2 };

struct transliterate {
    struct edit_command base;
    int map[256]; /* the new byte, KEEP or DELETE */
    bool squeeze; /* a run of one new byte is written once */
};

/* The bytes that a list such as "a-z\n" stands for, each at most once when UNIQUE. */
struct bytes {
    unsigned char at[256 * 4];
    size_t count;
};

static int add_byte(struct bytes *bytes, int byte, struct error **err)
{
    if (bytes->count == sizeof(bytes->at))
        return error_set(err, ERROR_USAGE, "a list of characters is too long");
    bytes->at[bytes->count++] = (unsigned char)byte;
    return 0;
}

/* One character of the list, escapes resolved; -1 for an escape that is not available. */
static int read_byte(const char **at)
{
    if (**at != '\\' || !(*at)[1])
        return (unsigned char)*(*at)++;
    (*at)++;
    return edit_escape(at);
}

static int expand(const char *list, struct bytes *bytes, struct error **err)
{
    for (const char *at = list; *at;) {
        int from = read_byte(&at), to = from;
        if (*at == '-' && at[1]) {
            at++;
            to = read_byte(&at);
        }
        if (from < 0 || to < 0)
            return error_set(err, ERROR_USAGE, "\"%s\" has an escape that is not available", list);
        if (from > to)
            return error_set(err, ERROR_USAGE, "\"%s\" has a range that runs backwards", list);
        for (int byte = from; byte <= to; byte++)
            if (add_byte(bytes, byte, err))
                return -1;
    }
    return 0;
}

static void complement(struct bytes *bytes)
{
    struct bytes others = { .count = 0 };
    for (int byte = 0; byte < 256; byte++)
        if (!memchr(bytes->at, byte, bytes->count))
            others.at[others.count++] = (unsigned char)byte;
    *bytes = others;
}

static int transliterate_apply(const struct edit_command *command, const char *line, size_t length,
                               FILE *out, struct error **err)
{
    (void)err;
    const struct transliterate *table =
        container_of((struct edit_command *)command, struct transliterate, base);
    int last = KEEP; /* the new byte that was written last, while nothing else came between */
    for (size_t i = 0; i < length; i++) {
        int byte = table->map[(unsigned char)line[i]];
        if (byte == DELETE || (table->squeeze && byte != KEEP && byte == last))
            continue;
        putc(byte == KEEP ? line[i] : byte, out);
        last = byte;
    }
    return 0;
}

static void transliterate_free(struct edit_command *command)
{
    free(container_of(command, struct transliterate, base));
}

static const struct edit_command_ops transliterate_ops = { .apply = transliterate_apply,
                                                           .free = transliterate_free };

struct edit_command *edit_transliterate_new(const struct edit_source *source, struct error **err)
{
    bool delete = strchr(source->flags, 'd');
    struct bytes from = { .count = 0 }, to = { .count = 0 };
    if (expand(source->left, &from, err) || expand(source->right, &to, err))
        return NULL;
    if (strchr(source->flags, 'c'))
        complement(&from);

    struct transliterate *table = NEW(struct transliterate);
    table->base.ops = &transliterate_ops;
    table->squeeze = strchr(source->flags, 's');
    for (size_t byte = 0; byte < 256; byte++)
        table->map[byte] = KEEP;
    /* perlop(1): without d, an empty replacement is the search list, a short one repeats its last
     * character; with d, what has no counterpart is deleted. The first of two equals wins. */
    for (size_t i = from.count; i-- > 0;) {
        int byte = from.at[i];
        if (i < to.count)
            byte = to.at[i];
        else if (delete)
            byte = DELETE;
        else if (to.count)
            byte = to.at[to.count - 1];
        table->map[from.at[i]] = byte;
    }
    return &table->base;
}
