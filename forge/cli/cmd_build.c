/* SPDX-License-Identifier: Apache-2.0 */
/* forge build: customize an image and bundle it. */
#include "forge/build/recipe.h"
#include "forge/cli/bundle_request.h"
#include "forge/cli/layout_options.h"
#include "forge/cli/operations.h"

struct build_values {
    char *recipe;
    struct operation_settings operations;
    struct layout_settings layout;
    struct input_settings input;
    struct key_settings keys;
    struct bundle_settings bundle;
    struct appliance_settings appliance;
};

static const struct option_row rows[] = {
    { "recipe", 0, OPTION_PATH, "FILE", offsetof(struct build_values, recipe),
      .help = "Take image, steps and settings from a recipe" },
};

static void declare(struct options *options, void *opaque)
{
    struct build_values *values = opaque;
    values->bundle.report = true;
    options_add(options, "Recipe", OPTION_SECTION_NONE, rows, ARRAY_SIZE(rows), values);
    declare_operations(options, &values->operations);
    declare_layout(options, &values->layout);
    declare_input(options, &values->input);
    declare_signing_keys(options, &values->keys);
    declare_bundle(options, &values->bundle);
    declare_appliance(options, &values->appliance);
    declare_guest_network(options, &values->appliance);
    declare_failure(options, &values->appliance);
}

static void clear(void *opaque)
{
    struct build_values *values = opaque;
    operation_settings_clear(&values->operations);
    layout_settings_clear(&values->layout);
    bundle_settings_clear(&values->bundle);
}

static int apply_setting(struct options *options, const struct recipe *recipe,
                         const struct recipe_setting *setting, struct error **err)
{
    AUTO_FREE char *where = xasprintf("%s: %s", setting->origin, setting->key);
    const struct option_source source = { OPTION_FROM_RECIPE, where, recipe->base_dir };
    for (size_t i = 0; i < setting->values.count; i++)
        if (options_set(options, setting->key, setting->values.items[i], &source, err))
            return -1;
    return 0;
}

/* Read the recipe, and bring its settings in through the same rows as the command line's. */
static int apply_recipe(const char *path, struct options *options, struct recipe *recipe,
                        struct error **err)
{
    AUTO_STRINGS struct string_list session = { 0 };
    AUTO_STRINGS struct string_list disk = { 0 };
    AUTO_STRINGS struct string_list bundle = { 0 };
    options_section_names(options, OPTION_SECTION_TOP, &session);
    options_section_names(options, OPTION_SECTION_DISK, &disk);
    options_section_names(options, OPTION_SECTION_BUNDLE, &bundle);
    const char *const *const keys[RECIPE_SECTION_COUNT] = {
        [RECIPE_SESSION] = (const char *const *)session.items,
        [RECIPE_DISK] = (const char *const *)disk.items,
        [RECIPE_BUNDLE] = (const char *const *)bundle.items,
    };
    if (recipe_read(path, keys, recipe, err))
        return -1;
    for (size_t i = 0; i < recipe->count; i++)
        if (apply_setting(options, recipe, &recipe->settings[i], err))
            return -1;
    return 0;
}

static int run(const struct invocation *invocation, struct error **err)
{
    struct build_values *values = invocation->values;
    AUTO_RECIPE struct recipe recipe = { 0 };
    if (values->recipe && apply_recipe(values->recipe, invocation->options, &recipe, err))
        return -1;
    const struct string_list *arguments = invocation->arguments;
    const char *path = arguments->count ? arguments->items[0] : recipe.image;
    if (!path)
        return error_set(err, ERROR_USAGE, "the image is missing: %s",
                         values->recipe ? "neither the recipe nor the command line names one"
                                        : "name one, or give a --recipe");
    customize_plan_move(&recipe.plan, &values->operations.plan);

    AUTO_KEYRING struct keyring keyring = { 0 };
    struct build_request request = {
        .path = path,
        .plan = &recipe.plan,
        .guest = guest_options_of(&values->appliance, invocation->common),
        .keep_overlay = values->appliance.keep_overlay,
    };
    if (bundle_request_fill(&request, &values->bundle, &values->keys, invocation->options, &keyring,
                            "image", err))
        return -1;
    request.layout = layout_request_of(&values->layout, invocation->options);
    request.report.recipe = values->recipe;
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
