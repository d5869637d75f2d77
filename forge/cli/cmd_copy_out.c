/* SPDX-License-Identifier: Apache-2.0 */
/* forge copy-out: files and directories of an image, copied to this host. */
#include "forge/cli/look_inside.h"
#include "fsimage/guest/files.h"

struct copy_out_values {
    struct look_settings look;
    char *directory;
};

#define FIELD(member) .offset = offsetof(struct copy_out_values, member)
static const struct option_row rows[] = {
    { "output", 'o', OPTION_PATH, "DIR", FIELD(directory),
      "Directory that receives the copies (the current one); nothing in it is overwritten" },
};

static void declare(struct options *options, void *opaque)
{
    struct copy_out_values *values = opaque;
    options_add(options, "Output", OPTION_SECTION_NONE, rows, ARRAY_SIZE(rows), values);
    declare_look(options, &values->look);
}

static int run(const struct invocation *invocation, struct error **err)
{
    const struct copy_out_values *values = invocation->values;
    const char *directory = values->directory ? values->directory : ".";
    AUTO_LOOK struct look look = { 0 };
    if (look_open(&look, &values->look, invocation, err))
        return -1;
    for (size_t i = 1; i < invocation->arguments->count; i++)
        if (files_copy_out(look.guest, invocation->arguments->items[i], directory, err))
            return -1;
    return guest_shutdown(look.guest, err);
}

const struct command command_copy_out = {
    .name = "copy-out",
    .arguments = "IMAGE PATH...",
    .summary = "Copy files and directories out of an image",
    .min_arguments = 2,
    .max_arguments = ANY_NUMBER,
    .values_size = sizeof(struct copy_out_values),
    .declare = declare,
    .run = run,
};
