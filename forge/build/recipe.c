/* SPDX-License-Identifier: Apache-2.0 */
/* What the nodes of a recipe mean: an image, steps, settings. */
#include "forge/build/recipe.h"
#include "forge/build/recipe_yaml.h"

#include <ctype.h>
#include <string.h>

/* The recipe that is being read. */
struct reading {
    const char *path;
    const char *const *const *keys;
    struct recipe *recipe;
};

static char *position(const struct reading *reading, const struct recipe_node *node)
{
    return xasprintf("%s:%zu:%zu", reading->path, node->line, node->column);
}

PRINTF_LIKE(4, 5)
static int refuse(const struct reading *reading, const struct recipe_node *node, struct error **err,
                  const char *format, ...)
{
    va_list args;
    va_start(args, format);
    error_set_va(err, ERROR_USAGE, format, args);
    va_end(args);
    return error_wrap(err, "%s:%zu:%zu", reading->path, node->line, node->column);
}

/* NODE is a key that is not among NAMES. */
static int refuse_key(const struct reading *reading, const struct recipe_node *node,
                      const char *const names[], struct error **err)
{
    const char *near = nearest_name(node->text, names);
    if (!near)
        return refuse(reading, node, err, "unknown key \"%s\"", node->text);
    return refuse(reading, node, err, "unknown key \"%s\" (did you mean \"%s\"?)", node->text,
                  near);
}

static bool is_one_of(const char *name, const char *const names[])
{
    for (; *names; names++)
        if (strcmp(name, *names) == 0)
            return true;
    return false;
}

/* A text that is there: not a list, not nothing. */
static int expect_text(const struct reading *reading, const struct recipe_node *key,
                       const struct recipe_node *value, struct error **err)
{
    if (value->kind != RECIPE_SCALAR || recipe_node_is_null(value) || !*value->text)
        return refuse(reading, value, err, "\"%s\" wants a value, a text", key->text);
    return 0;
}

static int read_setting(const struct reading *reading, enum recipe_section section,
                        const struct recipe_node *key, const struct recipe_node *value,
                        struct error **err)
{
    AUTO_STRINGS struct string_list values = { 0 };
    for (size_t i = 0; i < reading->recipe->count; i++) {
        const struct recipe_setting *other = &reading->recipe->settings[i];
        if (other->section == section && strcmp(other->key, key->text) == 0)
            return refuse(reading, key, err, "\"%s\" is already set at %s", key->text,
                          other->origin);
    }
    const struct recipe_node *const single[] = { value };
    bool list = value->kind == RECIPE_LIST;
    const struct recipe_node *const *items =
        list ? (const struct recipe_node *const *)value->children : single;
    for (size_t i = 0; i < (list ? value->count : 1); i++) {
        if (expect_text(reading, key, items[i], err))
            return -1;
        string_list_add(&values, items[i]->text);
    }
    struct recipe *recipe = reading->recipe;
    recipe->settings = xrealloc(recipe->settings, recipe->count + 1, sizeof(*recipe->settings));
    recipe->settings[recipe->count++] = (struct recipe_setting){
        .section = section,
        .key = xstrdup(key->text),
        .values = values,
        .origin = position(reading, key),
    };
    values = (struct string_list){ 0 };
    return 0;
}

/* image: PATH, or image: {path: PATH, format: FORMAT}; the format is an ordinary setting. */
static int read_image(const struct reading *reading, const struct recipe_node *key,
                      const struct recipe_node *value, struct error **err)
{
    static const char *const names[] = { "path", "format", NULL };
    const struct recipe_node *path = value;
    if (value->kind == RECIPE_MAPPING) {
        for (size_t i = 0; i < value->count; i += 2) {
            const struct recipe_node *name = value->children[i];
            if (!is_one_of(name->text, names))
                return refuse_key(reading, name, names, err);
            if (strcmp(name->text, "format") == 0 &&
                read_setting(reading, RECIPE_SESSION, name, value->children[i + 1], err))
                return -1;
        }
        path = recipe_node_get(value, "path");
        if (!path)
            return refuse(reading, key, err, "\"image\" has no \"path\"");
    }
    if (expect_text(reading, key, path, err))
        return -1;
    reading->recipe->image = path_join(reading->recipe->base_dir, path->text);
    return 0;
}

/* The parts of a pair's value name, in lower case: "FILE:DEST" gives "file" and "dest". */
static void pair_names(const struct customize_op *op, struct string_list *names)
{
    string_list_split(names, op->value_name, ':');
    for (size_t i = 0; i < names->count; i++)
        for (char *at = names->items[i]; *at; at++)
            *at = (char)tolower((unsigned char)*at);
}

/* {file: A, dest: B} as "A:B"; owned. */
static char *pair_value(const struct reading *reading, const struct customize_op *op,
                        const struct recipe_node *value, struct error **err)
{
    AUTO_STRINGS struct string_list names = { 0 };
    pair_names(op, &names);
    for (size_t i = 0; i < value->count; i += 2)
        if (!string_list_contains(&names, value->children[i]->text)) {
            refuse_key(reading, value->children[i], (const char *const *)names.items, err);
            return NULL;
        }
    const struct recipe_node *parts[2];
    for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
        parts[i] = recipe_node_get(value, names.items[i]);
        if (!parts[i] || parts[i]->kind != RECIPE_SCALAR) {
            refuse(reading, value, err, "\"%s\" wants %s: and %s:, two texts", op->name,
                   names.items[0], names.items[1]);
            return NULL;
        }
    }
    /* The value is split at its first colon again, except an owner, which may have one. */
    if (strchr(parts[0]->text, ':') && strcmp(names.items[0], "owner") != 0) {
        refuse(reading, parts[0], err, "%s: must not have a colon", names.items[0]);
        return NULL;
    }
    return xasprintf("%s:%s", parts[0]->text, parts[1]->text);
}

/* [A, B] as "A,B"; owned. */
static char *list_value(const struct reading *reading, const struct recipe_node *key,
                        const struct recipe_node *value, struct error **err)
{
    AUTO_FREE char *text = xstrdup("");
    for (size_t i = 0; i < value->count; i++) {
        if (expect_text(reading, key, value->children[i], err))
            return NULL;
        char *longer = xasprintf("%s%s%s", text, i ? "," : "", value->children[i]->text);
        free(text);
        text = longer;
    }
    return STEAL(text);
}

/* The value of a step as the command line would have it; owned. */
static char *step_value(const struct reading *reading, const struct customize_op *op,
                        const struct recipe_node *key, const struct recipe_node *value,
                        struct error **err)
{
    if (value->kind == RECIPE_SCALAR && !recipe_node_is_null(value))
        return xstrdup(value->text);
    if (value->kind == RECIPE_LIST && op->value == CUSTOMIZE_LIST)
        return list_value(reading, key, value, err);
    if (value->kind == RECIPE_MAPPING && op->value == CUSTOMIZE_PAIR)
        return pair_value(reading, op, value, err);
    refuse(reading, value, err, "\"%s\" wants a value: %s", op->name, op->value_name);
    return NULL;
}

/* A flag's value is nothing or true. */
static int check_flag(const struct reading *reading, const struct recipe_node *key,
                      const struct recipe_node *value, struct error **err)
{
    bool is_true = value->kind == RECIPE_SCALAR && strcmp(value->text, "true") == 0;
    if (!is_true && !recipe_node_is_null(value))
        return refuse(reading, value, err, "\"%s\" takes nothing or true", key->text);
    return 0;
}

static int add_step(const struct reading *reading, const struct recipe_node *key,
                    const struct recipe_node *value, struct error **err)
{
    const struct customize_op *op = customize_op_find(key->text);
    AUTO_FREE char *text = NULL;
    if (op && op->value == CUSTOMIZE_FLAG) {
        if (value && check_flag(reading, key, value, err))
            return -1;
    } else if (op) {
        text = step_value(reading, op, key, value ? value : key, err);
        if (!text)
            return -1;
    }
    AUTO_FREE char *origin = position(reading, key);
    int result = customize_plan_add(&reading->recipe->plan, key->text, text,
                                    reading->recipe->base_dir, origin, err);
    if (text)
        explicit_bzero(text, strlen(text)); /* it may be a password */
    return result;
}

/* steps: a list of OPERATION: VALUE, or the bare name of one that takes no value. */
static int read_steps(const struct reading *reading, const struct recipe_node *steps,
                      struct error **err)
{
    if (recipe_node_is_null(steps))
        return 0;
    if (steps->kind != RECIPE_LIST)
        return refuse(reading, steps, err, "\"steps\" is a list");
    for (size_t i = 0; i < steps->count; i++) {
        const struct recipe_node *step = steps->children[i];
        const struct recipe_node *name = step;
        if (step->kind == RECIPE_MAPPING && step->count == 2)
            name = step->children[0];
        else if (step->kind != RECIPE_SCALAR)
            return refuse(reading, step, err, "a step is one operation with its value");
        const struct customize_op *op = customize_op_find(name->text);
        if (op && step == name && op->value != CUSTOMIZE_FLAG)
            return refuse(reading, step, err, "\"%s\" wants a value: %s", op->name, op->value_name);
        if (add_step(reading, name, step == name ? NULL : step->children[1], err))
            return -1;
    }
    return 0;
}

/* A mapping of settings of SECTION; OWN are keys that are read elsewhere. */
static int read_settings(const struct reading *reading, enum recipe_section section,
                         const struct recipe_node *mapping, const char *const own[],
                         struct error **err)
{
    static const char *const none[] = { NULL };
    if (recipe_node_is_null(mapping))
        return 0;
    if (mapping->kind != RECIPE_MAPPING)
        return refuse(reading, mapping, err, "keys with values are expected here");
    const char *const *allowed = reading->keys[section];
    for (size_t i = 0; i < mapping->count; i += 2) {
        const struct recipe_node *key = mapping->children[i];
        if (is_one_of(key->text, own))
            continue;
        if (!is_one_of(key->text, allowed)) {
            AUTO_STRINGS struct string_list names = { 0 };
            for (const char *const *name = own; *name; name++)
                string_list_add(&names, *name);
            for (const char *const *name = allowed; *name; name++)
                string_list_add(&names, *name);
            return refuse_key(reading, key, names.count ? (const char *const *)names.items : none,
                              err);
        }
        if (read_setting(reading, section, key, mapping->children[i + 1], err))
            return -1;
    }
    return 0;
}

static int read_recipe(const struct reading *reading, const struct recipe_node *root,
                       struct error **err)
{
    static const char *const own[] = { "image", "steps", "disk", "bundle", NULL };
    static const char *const none[] = { NULL };
    if (root->kind != RECIPE_MAPPING)
        return refuse(reading, root, err, "a recipe has keys: image, steps, disk, bundle");
    if (read_settings(reading, RECIPE_SESSION, root, own, err))
        return -1;
    for (size_t i = 0; i < root->count; i += 2) {
        const struct recipe_node *key = root->children[i], *value = root->children[i + 1];
        int result = 0;
        if (strcmp(key->text, "image") == 0)
            result = read_image(reading, key, value, err);
        else if (strcmp(key->text, "steps") == 0)
            result = read_steps(reading, value, err);
        else if (strcmp(key->text, "disk") == 0)
            result = read_settings(reading, RECIPE_DISK, value, none, err);
        else if (strcmp(key->text, "bundle") == 0)
            result = read_settings(reading, RECIPE_BUNDLE, value, none, err);
        if (result)
            return -1;
    }
    return 0;
}

static int interpret(const char *path, const struct recipe_node *root,
                     const char *const *const keys[RECIPE_SECTION_COUNT], struct recipe *recipe,
                     struct error **err)
{
    if (!root)
        return -1;
    recipe->base_dir = path_dirname(path);
    struct reading reading = { .path = path, .keys = keys, .recipe = recipe };
    return read_recipe(&reading, root, err);
}

int recipe_read(const char *path, const char *const *const keys[RECIPE_SECTION_COUNT],
                struct recipe *recipe, struct error **err)
{
    AUTO(recipe_node_free) struct recipe_node *root = recipe_yaml_read(path, err);
    return interpret(path, root, keys, recipe, err);
}

int recipe_parse(const char *path, const char *text, size_t length,
                 const char *const *const keys[RECIPE_SECTION_COUNT], struct recipe *recipe,
                 struct error **err)
{
    AUTO(recipe_node_free) struct recipe_node *root = recipe_yaml_parse(path, text, length, err);
    return interpret(path, root, keys, recipe, err);
}

void recipe_clear(struct recipe *recipe)
{
    for (size_t i = 0; i < recipe->count; i++) {
        free(recipe->settings[i].key);
        free(recipe->settings[i].origin);
        string_list_clear(&recipe->settings[i].values);
    }
    free(recipe->settings);
    free(recipe->base_dir);
    free(recipe->image);
    customize_plan_clear(&recipe->plan);
    *recipe = (struct recipe){ 0 };
}
