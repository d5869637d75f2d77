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
    struct output_settings output;
};

static void declare(struct options *options, void *opaque)
{
    struct convert_values *values = opaque;
    declare_output(options, OUTPUT_NEEDED, IMAGE_RAW, &values->output);
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
    if (!values->output.path)
        return error_set(err, ERROR_USAGE, "the image to write is missing: give --output");
    AUTO_KEYRING struct keyring keyring = { 0 };
    if (keyring_read_for_input(&keyring, &values->keys, path, err))
        return -1;
    const struct build_request request = {
        .path = path,
        .input = input_options_of(&values->input, &keyring),
        .guest = guest_options_of(&values->appliance, invocation->common),
        .layout = layout_request_of(&values->layout, invocation->options),
        .output = values->output.path,
        .output_format = (enum image_format)values->output.format,
        .replace_output = values->output.force,
    };
    if (forge_build_image(&request, invocation->progress, err))
        return -1;
    puts(values->output.path);
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
