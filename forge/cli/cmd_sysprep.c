/* SPDX-License-Identifier: Apache-2.0 */
/* forge sysprep: the table of sysprep's operations. */
#include "forge/base/json.h"
#include "forge/cli/command_table.h"
#include "fsimage/sysprep.h"

struct sysprep_values {
    bool list, json;
};

#define FIELD(member) .offset = offsetof(struct sysprep_values, member)
static const struct option_row rows[] = {
    { "list", 0, OPTION_FLAG, NULL, FIELD(list), "List the operations, a \"*\" at the defaults" },
    { "json", 0, OPTION_FLAG, NULL, FIELD(json), "Print the list as JSON" },
};

static void declare(struct options *options, void *opaque)
{
    options_add(options, "Result", OPTION_SECTION_NONE, rows, ARRAY_SIZE(rows), opaque);
}

static int print_json(struct error **err)
{
    AUTO(json_decref) json_t *array = json_array();
    for (size_t i = 0; i < sysprep_op_count; i++)
        json_array_append_new(array, json_pack("{s:s, s:b, s:s}", "name", sysprep_ops[i].name,
                                               "default", (int)sysprep_ops[i].by_default,
                                               "description", sysprep_ops[i].help));
    return json_print(array, stdout, err);
}

static int run(const struct invocation *invocation, struct error **err)
{
    const struct sysprep_values *values = invocation->values;
    if (!values->list)
        return error_set(err, ERROR_USAGE,
                         "give --list; the operations run by --sysprep of build and customize");
    if (values->json)
        return print_json(err);
    for (size_t i = 0; i < sysprep_op_count; i++)
        printf("%s\t%s\t%s\n", sysprep_ops[i].name, sysprep_ops[i].by_default ? "*" : "",
               sysprep_ops[i].help);
    return 0;
}

const struct command command_sysprep = {
    .name = "sysprep",
    .arguments = "--list",
    .summary = "List what --sysprep can remove from a guest",
    .values_size = sizeof(struct sysprep_values),
    .declare = declare,
    .run = run,
};
