/* SPDX-License-Identifier: Apache-2.0 */
/* forge cat: the contents of files in an image. */
#include "forge/cli/look_inside.h"
#include "fsimage/guest/files.h"

static void declare(struct options *options, void *settings)
{
    declare_look(options, settings);
}

static int run(const struct invocation *invocation, struct error **err)
{
    AUTO_LOOK struct look look = { 0 };
    if (look_open(&look, invocation->values, invocation, err))
        return -1;
    for (size_t i = 1; i < invocation->arguments->count; i++)
        if (files_cat(look.guest, invocation->arguments->items[i], STDOUT_FILENO, err))
            return -1;
    return guest_shutdown(look.guest, err);
}

const struct command command_cat = {
    .name = "cat",
    .arguments = "IMAGE PATH...",
    .summary = "Print files of an image",
    .min_arguments = 2,
    .max_arguments = ANY_NUMBER,
    .values_size = sizeof(struct look_settings),
    .declare = declare,
    .run = run,
};
