/* SPDX-License-Identifier: Apache-2.0 */
/* forge build: customize an image and bundle it. */
#include "forge/cli/bundle_request.h"
#include "forge/cli/cloud_config_options.h"
#include "forge/cli/dry_run.h"
#include "forge/cli/layout_options.h"
#include "forge/cli/operations.h"
#include "forge/cli/recipe_load.h"
#include "forge/cli/sysprep_options.h"

struct build_values {
    char *recipe;
    struct string_list vars;
    bool dry_run;
    struct operation_settings operations;
    struct cloud_config_settings cloud_config;
    struct sysprep_settings sysprep;
    struct layout_settings layout;
    struct input_settings input;
    struct key_settings keys;
    struct bundle_settings bundle;
    struct appliance_settings appliance;
};

#define FIELD(member) .offset = offsetof(struct build_values, member)
static const struct option_row rows[] = {
    { "recipe", 0, OPTION_PATH, "FILE", FIELD(recipe),
      "Take image, steps and settings from a recipe" },
    RECIPE_VAR_ROW(FIELD(vars)),
    { "dry-run", 0, OPTION_FLAG, NULL, FIELD(dry_run), "Print what would be done, and do nothing" },
};

static void declare(struct options *options, void *opaque)
{
    struct build_values *values = opaque;
    values->bundle.report = true;
    options_add(options, "Recipe", OPTION_SECTION_NONE, rows, ARRAY_SIZE(rows), values);
    declare_operations(options, &values->operations);
    declare_cloud_config(options, &values->cloud_config);
    declare_sysprep(options, &values->sysprep);
    declare_layout(options, &values->layout);
    declare_input(options, &values->input);
    declare_signing_keys(options, &values->keys);
    declare_bundle(options, &values->bundle);
    declare_guest(options, &values->appliance);
    declare_guest_network(options, &values->appliance);
    declare_failure(options, &values->appliance);
}

static void clear(void *opaque)
{
    struct build_values *values = opaque;
    string_list_clear(&values->vars);
    operation_settings_clear(&values->operations);
    layout_settings_clear(&values->layout);
    bundle_settings_clear(&values->bundle);
}

static int print_plan(const struct invocation *invocation, const char *path,
                      const struct customize_plan *plan, struct error **err)
{
    const struct build_values *values = invocation->values;
    const struct keyring no_keys = { 0 };
    const struct input_options input = input_options_of(&values->input, &no_keys);
    const struct dry_run dry_run = {
        .path = path,
        .input = &input,
        .plan = plan,
        .options = invocation->options,
        .bundle = &values->bundle,
        .keys = &values->keys,
        .network = appliance_has_network(&values->appliance),
    };
    return dry_run_print(&dry_run, invocation->progress, err);
}

static int run(const struct invocation *invocation, struct error **err)
{
    struct build_values *values = invocation->values;
    AUTO_RECIPE struct recipe recipe = { 0 };
    if (values->vars.count && !values->recipe)
        return error_set(err, ERROR_USAGE, "--var goes with --recipe");
    if (values->recipe &&
        (recipe_load(values->recipe, &values->vars, invocation->options, &recipe, err) ||
         recipe_faults_verdict(&recipe.faults, err)))
        return -1;
    const char *path;
    if (operations_image(&values->operations, invocation->arguments, &path, err))
        return -1;
    path = path ? path : recipe.image;
    if (!path)
        return error_set(err, ERROR_USAGE, "the image is missing: %s",
                         values->recipe ? "neither the recipe nor the command line names one"
                                        : "name one, or give a --recipe");
    customize_plan_move(&recipe.plan, &values->operations.plan);
    if (cloud_config_add(&values->cloud_config, &recipe.plan, err))
        return -1;

    if (values->dry_run)
        return print_plan(invocation, path, &recipe.plan, err);
    AUTO_KEYRING struct keyring keyring = { 0 };
    struct build_request request = {
        .path = path,
        .plan = &recipe.plan,
        .sysprep = values->sysprep.plan,
        .guest = guest_options_of(&values->appliance, invocation->common),
        .keep_overlay = values->appliance.keep_overlay,
    };
    if (values->sysprep.dry_run) { /* nothing is signed: what opens the input is enough */
        if (keyring_read_for_input(&keyring, &values->keys, path, err))
            return -1;
        request.input = input_options_of(&values->input, &keyring);
        return sysprep_preview(&request, values->bundle.json, invocation->progress, err);
    }
    if (bundle_request_fill(&request, &values->bundle, &values->keys, invocation->options, &keyring,
                            "image", err))
        return -1;
    request.layout = layout_request_of(&values->layout, invocation->options);
    request.layout.mask_free = !values->layout.no_mask_free; /* a bundle goes to others */
    AUTO_STRINGS struct string_list recipes = { 0 };
    for (size_t i = 0; i < recipe.source_count; i++)
        string_list_add(&recipes, recipe.sources[i]->path);
    request.report.recipes = &recipes;
    request.report.cloud_config = values->cloud_config.at_boot ? NULL : values->cloud_config.path;
    request.input = input_options_of(&values->input, &keyring);
    AUTO_RESULT struct build_result result = { 0 };
    if (forge_build(&request, invocation->progress, &result, err))
        return -1;
    return bundle_result_print(&result, &values->bundle, err);
}

const struct command command_build = {
    .name = "build",
    .arguments = "[IMAGE] [OPERATION...]",
    .summary = "Customize an image and bundle it",
    .max_arguments = 1,
    .values_size = sizeof(struct build_values),
    .declare = declare,
    .run = run,
    .clear = clear,
};
