/* SPDX-License-Identifier: Apache-2.0 */
/* forge ls: the files of an image. */
#include "forge/base/json.h"
#include "forge/cli/look_inside.h"
#include "forge/cli/report.h"
#include "fsimage/guest/files.h"

#include <string.h>
#include <sys/stat.h>
#include <time.h>

struct ls_values {
    struct look_settings look;
    bool recursive, json;
};

#define FIELD(member) .offset = offsetof(struct ls_values, member)
static const struct option_row rows[] = {
    { "recursive", 'R', OPTION_FLAG, NULL, FIELD(recursive), "List directories and all below" },
    { "json", 0, OPTION_FLAG, NULL, FIELD(json), "Print the list as JSON" },
};

static void declare(struct options *options, void *opaque)
{
    struct ls_values *values = opaque;
    options_add(options, "Result", OPTION_SECTION_NONE, rows, ARRAY_SIZE(rows), values);
    declare_look(options, &values->look);
}

/* What ls(1) shows first: "drwxr-xr-x". */
static void describe_mode(uint32_t mode, char text[11])
{
    static const struct {
        uint32_t type;
        char letter;
    } types[] = { { S_IFDIR, 'd' }, { S_IFLNK, 'l' },  { S_IFBLK, 'b' },
                  { S_IFCHR, 'c' }, { S_IFSOCK, 's' }, { S_IFIFO, 'p' } };
    memcpy(text, "-rwxrwxrwx", 11);
    for (size_t i = 0; i < ARRAY_SIZE(types); i++)
        if ((mode & S_IFMT) == types[i].type)
            text[0] = types[i].letter;
    for (int bit = 0; bit < 9; bit++)
        if (!(mode & (0400u >> bit)))
            text[1 + bit] = '-';
    if (mode & S_ISUID)
        text[3] = mode & 0100 ? 's' : 'S';
    if (mode & S_ISGID)
        text[6] = mode & 0010 ? 's' : 'S';
    if (mode & S_ISVTX)
        text[9] = mode & 0001 ? 't' : 'T';
}

static int print_file(void *opaque, const struct guest_file *file, struct error **err)
{
    (void)opaque, (void)err;
    char mode[11], date[32] = "?";
    describe_mode(file->mode, mode);
    struct tm calendar;
    time_t seconds = (time_t)file->mtime;
    if (gmtime_r(&seconds, &calendar))
        strftime(date, sizeof(date), "%Y-%m-%d %H:%M", &calendar);
    AUTO_FREE char *path = printable(file->path);
    AUTO_FREE char *target = file->target ? printable(file->target) : NULL;
    printf("%s %5lld %5lld %12lld %s %s%s%s\n", mode, (long long)file->uid, (long long)file->gid,
           (long long)file->size, date, path, target ? " -> " : "", target ? target : "");
    return 0;
}

static int add_file(void *array, const struct guest_file *file, struct error **err)
{
    (void)err;
    json_array_append_new(
        array, json_pack("{s:o, s:o, s:i, s:I, s:I, s:I, s:I}", "path", json_text(file->path),
                         "target", json_text(file->target), "mode", (int)file->mode, "uid",
                         (json_int_t)file->uid, "gid", (json_int_t)file->gid, "size",
                         (json_int_t)file->size, "mtime", (json_int_t)file->mtime));
    return 0;
}

static int list(struct guest *guest, const struct invocation *invocation, struct error **err)
{
    const struct ls_values *values = invocation->values;
    AUTO(json_decref) json_t *array = values->json ? json_array() : NULL;
    for (size_t i = 1; i < invocation->arguments->count; i++)
        if (files_list(guest, invocation->arguments->items[i], values->recursive,
                       array ? add_file : print_file, array, err))
            return -1;
    return array ? json_print(array, stdout, err) : 0;
}

static int run(const struct invocation *invocation, struct error **err)
{
    const struct ls_values *values = invocation->values;
    AUTO_LOOK struct look look = { 0 };
    if (look_open(&look, &values->look, invocation, err) || list(look.guest, invocation, err))
        return -1;
    return guest_shutdown(look.guest, err);
}

const struct command command_ls = {
    .name = "ls",
    .arguments = "IMAGE PATH...",
    .summary = "List files of an image",
    .min_arguments = 2,
    .max_arguments = ANY_NUMBER,
    .values_size = sizeof(struct ls_values),
    .declare = declare,
    .run = run,
};
