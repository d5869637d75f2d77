/* SPDX-License-Identifier: Apache-2.0 */
/* The one table of verbs, in the order of the help. */
#include "forge/cli/command_table.h"

#include <string.h>

/* clang-format off */
const struct command *const commands[] = {
    &command_build,
    &command_customize,
    &command_recipe,
    &command_shell,
    &command_bundle,
    &command_convert,
    &command_unbundle,
    &command_verify,
    &command_rekey,
    &command_inspect,
    &command_plan,
    &command_boot,
    &command_ls,
    &command_cat,
    &command_copy_out,
    &command_sysprep,
    &command_keygen,
    &command_appliance,
    &command_doctor,
    NULL,
};
/* clang-format on */

const struct command *command_find(const char *name)
{
    for (const struct command *const *command = commands; *command; command++)
        if (strcmp((*command)->name, name) == 0)
            return *command;
    return NULL;
}

const char *command_nearest(const char *name)
{
    const char *names[ARRAY_SIZE(commands)] = { 0 };
    for (size_t i = 0; commands[i]; i++)
        names[i] = commands[i]->name;
    return nearest_name(name, names);
}
