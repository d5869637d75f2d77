/* SPDX-License-Identifier: Apache-2.0 */
/* forge recipe: work on recipes that needs neither an image nor keys. */
#include "forge/base/json.h"
#include "forge/build/cloud_config.h"
#include "forge/cli/command_line.h"
#include "forge/cli/recipe_load.h"
#include "forge/cli/recipe_schema.h"
#include "forge/cli/recipe_starter.h"

#include <string.h>

struct recipe_values {
    struct string_list vars;
    bool json, force;
};

#define FIELD(member) .offset = offsetof(struct recipe_values, member)
static const struct option_row rows[] = {
    RECIPE_VAR_ROW(FIELD(vars)),
    { "json", 0, OPTION_FLAG, NULL, FIELD(json), "check: print the mistakes as JSON" },
    { "force", 0, OPTION_FLAG, NULL, FIELD(force), "init: replace a file that is there" },
};

static void declare(struct options *options, void *values)
{
    options_add(options, "Recipe", OPTION_SECTION_NONE, rows, ARRAY_SIZE(rows), values);
}

static void clear(void *opaque)
{
    struct recipe_values *values = opaque;
    string_list_clear(&values->vars);
}

static int tell_faults(const struct recipe_values *values, struct recipe_faults *faults,
                       struct error **err)
{
    AUTO(json_decref) json_t *list = values->json ? recipe_faults_json(faults) : NULL;
    if (list && json_print(list, stdout, err))
        return -1;
    return recipe_faults_verdict(faults, err);
}

static int check_recipe(const struct recipe_values *values, const char *path, struct error **err)
{
    AUTO(command_line_free) struct command_line *build = command_line_new(&command_build);
    AUTO_RECIPE struct recipe recipe = { 0 };
    if (recipe_load(path, &values->vars, build->options, &recipe, err))
        return -1;
    return tell_faults(values, &recipe.faults, err);
}

static int check_cloud_config(const struct recipe_values *values, const char *path,
                              struct error **err)
{
    AUTO_CLOUD_CONFIG struct cloud_config config = { 0 };
    if (cloud_config_read(path, &config, err))
        return -1;
    cloud_config_warn(&config);
    return tell_faults(values, &config.faults, err);
}

/* A file that begins as a cloud-config is one. */
static int run_check(const struct recipe_values *values, const char *path, struct error **err)
{
    AUTO(recipe_source_free) struct recipe_source *source = recipe_source_read(path, err);
    if (!source)
        return -1;
    bool is_cloud_config = cloud_config_check(source, NULL) == 0;
    return is_cloud_config ? check_cloud_config(values, path, err)
                           : check_recipe(values, path, err);
}

static int run_schema(const struct recipe_values *values, const char *path, struct error **err)
{
    (void)values;
    (void)path;
    AUTO(command_line_free) struct command_line *build = command_line_new(&command_build);
    AUTO(json_decref) json_t *schema = recipe_schema(build->options);
    return json_print(schema, stdout, err);
}

static int run_init(const struct recipe_values *values, const char *path, struct error **err)
{
    return recipe_starter_write(path, values->force, err);
}

/* What can be done, in place of a verb of its own each. */
static const struct {
    const char *name;
    size_t min_files, max_files;
    int (*run)(const struct recipe_values *values, const char *path, struct error **err);
} tasks[] = {
    { "check", 1, 1, run_check },
    { "schema", 0, 0, run_schema },
    { "init", 0, 1, run_init },
};

static int run(const struct invocation *invocation, struct error **err)
{
    const char *const *words = (const char *const *)invocation->arguments->items;
    const char *names[ARRAY_SIZE(tasks) + 1] = { 0 };
    size_t files = invocation->arguments->count - 1;
    for (size_t i = 0; i < ARRAY_SIZE(tasks); i++) {
        names[i] = tasks[i].name;
        if (strcmp(words[0], tasks[i].name) != 0)
            continue;
        if (files < tasks[i].min_files)
            return error_set(err, ERROR_USAGE, "recipe %s: the recipe is missing", words[0]);
        if (files > tasks[i].max_files)
            return error_set(err, ERROR_USAGE, "recipe %s takes no \"%s\"", words[0], words[1]);
        return tasks[i].run(invocation->values, files ? words[1] : NULL, err);
    }
    const char *near = nearest_name(words[0], names);
    if (near)
        return error_set(err, ERROR_USAGE, "there is no \"recipe %s\" (did you mean \"%s\"?)",
                         words[0], near);
    return error_set(err, ERROR_USAGE, "\"recipe %s\" is none of check, schema and init", words[0]);
}

const struct command command_recipe = {
    .name = "recipe",
    .arguments = "check FILE | schema | init [FILE]",
    .summary = "Check recipes, describe them to editors, start one",
    .min_arguments = 1,
    .max_arguments = 2,
    .values_size = sizeof(struct recipe_values),
    .declare = declare,
    .run = run,
    .clear = clear,
};
