/* SPDX-License-Identifier: Apache-2.0 */
/* The verbs: what each is called, which options it declares, and what runs it. */
#ifndef FORGE_CLI_COMMAND_TABLE_H
#define FORGE_CLI_COMMAND_TABLE_H

#include "forge/base/progress.h"
#include "forge/cli/bundle_options.h"
#include "forge/cli/guest_options.h"
#include "forge/cli/key_options.h"

/* One run of a verb; everything is borrowed. */
struct invocation {
    struct options *options;
    const struct common_settings *common;
    void *values; /* what the verb's options were declared over */
    const struct string_list *arguments;
    struct progress *progress;
};

struct command {
    const char *name;
    const char *arguments; /* as in the usage line */
    const char *summary;   /* no full stop */
    size_t min_arguments, max_arguments;
    size_t values_size;
    /* Add the verb's option groups over VALUES, which are zeroed; put defaults there. */
    void (*declare)(struct options *options, void *values);
    int (*run)(const struct invocation *invocation, struct error **err);
    /* Free what is in VALUES and not owned by the options; may be NULL. */
    void (*clear)(void *values);
};

enum { ANY_NUMBER = 1 << 20 }; /* of arguments */

extern const struct command command_build, command_customize, command_bundle, command_convert,
    command_unbundle, command_verify, command_rekey, command_inspect, command_plan, command_boot,
    command_ls, command_cat, command_copy_out, command_shell, command_sysprep, command_recipe,
    command_keygen, command_appliance, command_doctor;

extern const struct command *const commands[]; /* ends with NULL */

/* NULL when there is no verb NAME. */
const struct command *command_find(const char *name);

/* The verb nearest to NAME, or NULL. */
const char *command_nearest(const char *name);

#endif
