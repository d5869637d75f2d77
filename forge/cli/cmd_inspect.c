/* SPDX-License-Identifier: Apache-2.0 */
/* forge inspect: show what a bundle's manifest or an image says. */
#include "forge/cli/inspect.h"

#define FIELD(member) .offset = offsetof(struct inspect_values, member)
static const struct option_row rows[] = {
    { "no-guest", 0, OPTION_FLAG, NULL, FIELD(no_guest),
      "Show only format and sizes of an image, without an appliance" },
    { "json", 0, OPTION_FLAG, NULL, FIELD(json), "Print the result as JSON" },
};

static void declare(struct options *options, void *opaque)
{
    struct inspect_values *values = opaque;
    options_add(options, "Result", OPTION_SECTION_NONE, rows, ARRAY_SIZE(rows), values);
    declare_checking_certificate(options, &values->keys);
    declare_input_format(options, &values->input);
    declare_guest(options, &values->appliance);
}

static int run(const struct invocation *invocation, struct error **err)
{
    const struct inspect_values *values = invocation->values;
    const char *path = invocation->arguments->items[0];
    /* By its name too: a damaged manifest is not taken for a disk, for which we would launch. */
    if (!values->input.format && (input_is_manifest(path) || ends_with(path, ".manifest.xml")))
        return inspect_manifest(invocation, path, err);
    return inspect_image(invocation, path, err);
}

const struct command command_inspect = {
    .name = "inspect",
    .arguments = "MANIFEST|IMAGE",
    .summary = "Show the fields of a manifest, or what is in an image",
    .min_arguments = 1,
    .max_arguments = 1,
    .values_size = sizeof(struct inspect_values),
    .declare = declare,
    .run = run,
};
