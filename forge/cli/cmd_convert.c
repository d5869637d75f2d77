/* SPDX-License-Identifier: Apache-2.0 */
/* forge convert: an image, a bundle, an archive or a directory as a fresh disk. */
#include "forge/cli/bundle_request.h"
#include "forge/cli/layout_options.h"

#include <stdio.h>

struct convert_values {
    struct input_settings input;
    struct key_settings keys;
    struct appliance_settings appliance;
    struct layout_settings layout;
    char *output;
    int format; /* enum image_format */
    bool force;
};

static const struct option_choice formats[] = { { "raw", IMAGE_RAW },
                                                { "qcow2", IMAGE_QCOW2 },
                                                { NULL, 0 } };
#define FIELD(member) .offset = offsetof(struct convert_values, member)
static const struct option_row output_rows[] = {
    { "output", 'o', OPTION_PATH, "OUT", FIELD(output), "The image to write" },
    { "output-format", 'O', OPTION_CHOICE, "raw|qcow2", FIELD(format), "Format of it (raw)",
      .choices = formats },
    { "force", 0, OPTION_FLAG, NULL, FIELD(force), "Replace an image that is there" },
};

static void declare(struct options *options, void *opaque)
{
    struct convert_values *values = opaque;
    options_add(options, "Output", OPTION_SECTION_NONE, output_rows, ARRAY_SIZE(output_rows),
                values);
    declare_layout(options, &values->layout);
    declare_input(options, &values->input);
    declare_opening_key(options, &values->keys);
    declare_guest(options, &values->appliance);
}

static void clear(void *opaque)
{
    layout_settings_clear(&((struct convert_values *)opaque)->layout);
}

static int run(const struct invocation *invocation, struct error **err)
{
    struct convert_values *values = invocation->values;
    const char *path = invocation->arguments->items[0];
    if (!values->output)
        return error_set(err, ERROR_USAGE, "the image to write is missing: give --output");
    AUTO_KEYRING struct keyring keyring = { 0 };
    if (keyring_read_for_input(&keyring, &values->keys, path, err))
        return -1;
    const struct build_request request = {
        .path = path,
        .input = input_options_of(&values->input, &keyring),
        .guest = guest_options_of(&values->appliance, invocation->common),
        .layout = layout_request_of(&values->layout, invocation->options),
        .output = values->output,
        .output_format = (enum image_format)values->format,
        .replace_output = values->force,
    };
    if (forge_build_image(&request, invocation->progress, err))
        return -1;
    puts(values->output);
    return 0;
}

const struct command command_convert = {
    .name = "convert",
    .arguments = "IMAGE|ARCHIVE|DIRECTORY -o OUT",
    .summary = "Make a fresh disk of another layout",
    .min_arguments = 1,
    .max_arguments = 1,
    .values_size = sizeof(struct convert_values),
    .declare = declare,
    .run = run,
    .clear = clear,
};
