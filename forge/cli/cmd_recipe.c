/* SPDX-License-Identifier: Apache-2.0 */
/* forge recipe: work on recipes that needs neither an image nor keys. */
#include "forge/base/json.h"
#include "forge/cli/command_line.h"
#include "forge/cli/recipe_load.h"

#include <string.h>

struct recipe_values {
    struct string_list vars;
    bool json;
};

#define FIELD(member) .offset = offsetof(struct recipe_values, member)
static const struct option_row rows[] = {
    RECIPE_VAR_ROW(FIELD(vars)),
    { "json", 0, OPTION_FLAG, NULL, FIELD(json), "check: print the mistakes as JSON" },
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

static int run_check(const struct recipe_values *values, const char *path, struct error **err)
{
    AUTO(command_line_free) struct command_line *build = command_line_new(&command_build);
    AUTO_RECIPE struct recipe recipe = { 0 };
    if (recipe_load(path, &values->vars, build->options, &recipe, err))
        return -1;
    if (!values->json)
        return recipe_faults_verdict(&recipe.faults, err);
    AUTO(json_decref) json_t *list = recipe_faults_json(&recipe.faults);
    if (json_print(list, stdout, err))
        return -1;
    return recipe_faults_verdict(&recipe.faults, err);
}

/* What can be done, in place of a verb of its own each. */
static const struct {
    const char *name;
    bool wants_file;
    int (*run)(const struct recipe_values *values, const char *path, struct error **err);
} tasks[] = {
    { "check", true, run_check },
};

static int run(const struct invocation *invocation, struct error **err)
{
    const char *const *words = (const char *const *)invocation->arguments->items;
    size_t count = invocation->arguments->count;
    const char *names[ARRAY_SIZE(tasks) + 1] = { 0 };
    for (size_t i = 0; i < ARRAY_SIZE(tasks); i++) {
        names[i] = tasks[i].name;
        if (strcmp(words[0], tasks[i].name) != 0)
            continue;
        if (tasks[i].wants_file && count < 2)
            return error_set(err, ERROR_USAGE, "recipe %s: the recipe is missing", words[0]);
        return tasks[i].run(invocation->values, count > 1 ? words[1] : NULL, err);
    }
    const char *near = nearest_name(words[0], names);
    if (near)
        return error_set(err, ERROR_USAGE, "there is no \"recipe %s\" (did you mean \"%s\"?)",
                         words[0], near);
    return error_set(err, ERROR_USAGE, "there is no \"recipe %s\"; forge recipe --help lists them",
                     words[0]);
}

const struct command command_recipe = {
    .name = "recipe",
    .arguments = "check FILE",
    .summary = "Check recipes",
    .min_arguments = 1,
    .max_arguments = 2,
    .values_size = sizeof(struct recipe_values),
    .declare = declare,
    .run = run,
    .clear = clear,
};
