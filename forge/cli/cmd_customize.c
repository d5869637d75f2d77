/* SPDX-License-Identifier: Apache-2.0 */
/* forge customize: run operations on a copy of an image. */
#include "forge/cli/bundle_request.h"
#include "forge/cli/cloud_config_options.h"
#include "forge/cli/layout_options.h"
#include "forge/cli/operations.h"
#include "forge/cli/sysprep_options.h"

struct customize_values {
    struct operation_settings operations;
    struct cloud_config_settings cloud_config;
    struct sysprep_settings sysprep;
    struct layout_settings layout;
    struct input_settings input;
    struct key_settings keys;
    struct appliance_settings appliance;
    struct output_settings output;
    bool list, json;
};

#define FIELD(member) .offset = offsetof(struct customize_values, member)
static const struct option_row rows[] = {
    { "list", 0, OPTION_FLAG, NULL, FIELD(list), "List the operations, and do nothing" },
    { "json", 0, OPTION_FLAG, NULL, FIELD(json),
      "Print the list, or what --sysprep-dry-run finds, as JSON" },
};

static void declare(struct options *options, void *opaque)
{
    struct customize_values *values = opaque;
    declare_output(options, OUTPUT_NEEDED, IMAGE_QCOW2, &values->output);
    options_add(options, "Output", OPTION_SECTION_NONE, rows, ARRAY_SIZE(rows), values);
    declare_operations(options, &values->operations);
    declare_cloud_config(options, &values->cloud_config);
    declare_sysprep(options, &values->sysprep);
    declare_layout(options, &values->layout);
    declare_input(options, &values->input);
    declare_opening_key(options, &values->keys);
    declare_guest(options, &values->appliance);
    declare_guest_network(options, &values->appliance);
    declare_failure(options, &values->appliance);
}

static void clear(void *opaque)
{
    struct customize_values *values = opaque;
    operation_settings_clear(&values->operations);
    layout_settings_clear(&values->layout);
}

static int run(const struct invocation *invocation, struct error **err)
{
    struct customize_values *values = invocation->values;
    if (values->json && !values->list && !values->sysprep.dry_run)
        return error_set(err, ERROR_USAGE, "--json goes with --list or --sysprep-dry-run");
    if (values->list && values->json)
        return operations_print_json(stdout, err);
    if (values->list) {
        operations_print(stdout);
        return 0;
    }
    const char *path;
    if (operations_image(&values->operations, invocation->arguments, &path, err))
        return -1;
    if (!path)
        return error_set(err, ERROR_USAGE, "the image to customize is missing");
    if (!values->output.path && !values->sysprep.dry_run)
        return error_set(err, ERROR_USAGE, "the image to write is missing: give --output");
    if (cloud_config_add(&values->cloud_config, &values->operations.plan, err))
        return -1;
    AUTO_KEYRING struct keyring keyring = { 0 };
    if (keyring_read_for_input(&keyring, &values->keys, path, err))
        return -1;
    const struct build_request request = {
        .path = path,
        .input = input_options_of(&values->input, &keyring),
        .plan = &values->operations.plan,
        .sysprep = values->sysprep.plan,
        .guest = guest_options_of(&values->appliance, invocation->common),
        .keep_overlay = values->appliance.keep_overlay,
        .layout = layout_request_of(&values->layout, invocation->options),
        .output = values->output.path,
        .output_format = (enum image_format)values->output.format,
        .replace_output = values->output.force,
    };
    if (values->sysprep.dry_run)
        return sysprep_preview(&request, values->json, invocation->progress, err);
    if (forge_build_image(&request, invocation->progress, err))
        return -1;
    puts(values->output.path);
    return 0;
}

const struct command command_customize = {
    .name = "customize",
    .arguments = "IMAGE -o OUT [OPERATION...]",
    .summary = "Run operations on a copy of an image, without bundling it",
    .max_arguments = 1,
    .values_size = sizeof(struct customize_values),
    .declare = declare,
    .run = run,
    .clear = clear,
};
