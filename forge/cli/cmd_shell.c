/* SPDX-License-Identifier: Apache-2.0 */
/* forge shell: the guest's shell, for somebody at a terminal or for commands from a stream. */
#include "forge/build/shell.h"
#include "forge/cli/bundle_request.h"
#include "forge/cli/operations.h"

struct shell_values {
    struct operation_settings operations;
    struct input_settings input;
    struct key_settings keys;
    struct appliance_settings appliance;
    struct output_settings output;
};

static void declare(struct options *options, void *opaque)
{
    struct shell_values *values = opaque;
    declare_output(options, OUTPUT_KEPT, IMAGE_QCOW2, &values->output);
    declare_operations(options, &values->operations);
    declare_input(options, &values->input);
    declare_opening_key(options, &values->keys);
    declare_guest(options, &values->appliance);
    declare_guest_network(options, &values->appliance);
    declare_failure(options, &values->appliance);
}

static void clear(void *opaque)
{
    struct shell_values *values = opaque;
    operation_settings_clear(&values->operations);
}

static int run(const struct invocation *invocation, struct error **err)
{
    const struct shell_values *values = invocation->values;
    const char *path;
    if (operations_image(&values->operations, invocation->arguments, &path, err))
        return -1;
    if (!path)
        return error_set(err, ERROR_USAGE, "the image is missing");
    AUTO_KEYRING struct keyring keyring = { 0 };
    if (keyring_read_for_input(&keyring, &values->keys, path, err))
        return -1;
    const struct build_request request = {
        .path = path,
        .input = input_options_of(&values->input, &keyring),
        .plan = &values->operations.plan,
        .guest = guest_options_of(&values->appliance, invocation->common),
        .keep_overlay = values->appliance.keep_overlay,
        .output = values->output.path,
        .output_format = (enum image_format)values->output.format,
        .replace_output = values->output.force,
    };
    return forge_shell(&request, invocation->progress, err);
}

const struct command command_shell = {
    .name = "shell",
    .arguments = "IMAGE [-o OUT] [OPERATION...]",
    .summary = "Run the guest's shell on an overlay of an image",
    .max_arguments = 1,
    .values_size = sizeof(struct shell_values),
    .declare = declare,
    .run = run,
    .clear = clear,
};
