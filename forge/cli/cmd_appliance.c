/* SPDX-License-Identifier: Apache-2.0 */
/* forge appliance: make a fixed appliance to be kept. */
#include "forge/cli/command_table.h"
#include "fsimage/doctor/doctor.h"

struct make_values {
    char *output;
};

static const struct option_row rows[] = {
    { "output", 'o', OPTION_PATH, "DIR", offsetof(struct make_values, output),
      .help = "The directory to make; one that is there must be empty" },
};

static void declare(struct options *options, void *values)
{
    options_add(options, "Output", OPTION_SECTION_NONE, rows, ARRAY_SIZE(rows), values);
}

static int run(const struct invocation *invocation, struct error **err)
{
    const struct make_values *values = invocation->values;
    if (!values->output)
        return error_set(err, ERROR_USAGE, "the directory to make is missing: give --output");
    if (appliance_make(values->output, invocation->progress, err))
        return -1;
    puts(values->output);
    return 0;
}

const struct command command_appliance = {
    .name = "appliance",
    .arguments = "-o DIR",
    .summary = "Make a fixed appliance that other hosts can use",
    .values_size = sizeof(struct make_values),
    .declare = declare,
    .run = run,
};
