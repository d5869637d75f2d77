/* SPDX-License-Identifier: Apache-2.0 */
/* Values of a cloud-config, and steps from them. */
#include "forge/build/cloud_reading.h"

#include <string.h>

/* -- values -- */

/* cloud-init takes "lock-passwd" for "lock_passwd". */
static char fold(char letter)
{
    return letter == '-' ? '_' : letter;
}

static bool is_key(const char *text, const char *key)
{
    while (*text && fold(*text) == fold(*key))
        text++, key++;
    return !*text && !*key;
}

const struct recipe_node *cloud_get(const struct recipe_node *mapping, const char *key)
{
    for (size_t i = 0; i + 1 < mapping->count; i += 2)
        if (is_key(mapping->children[i]->text, key))
            return recipe_node_is_null(mapping->children[i + 1]) ? NULL : mapping->children[i + 1];
    return NULL;
}

void cloud_hide(const struct recipe_node *value)
{
    recipe_source_hide(&value->place, value->end);
}

static void refuse_key(struct cloud_config *config, const struct recipe_node *key,
                       const struct cloud_key keys[])
{
    AUTO_STRINGS struct string_list names = { 0 };
    for (; keys->name; keys++)
        string_list_add(&names, keys->name);
    recipe_refuse_key(&config->faults, key, (const char *const *)names.items);
}

/* KEY is known: does it stand before it in MAPPING with another spelling, which YAML lets pass? */
static void check_spellings(struct cloud_config *config, const struct recipe_node *mapping,
                            const struct recipe_node *key)
{
    for (size_t i = 0; mapping->children[i] != key; i += 2)
        if (is_key(mapping->children[i]->text, key->text))
            recipe_refuse(config, key, "the key \"%s\" is already in line %zu, as \"%s\"",
                          key->text, mapping->children[i]->place.line, mapping->children[i]->text);
}

static void check_key(struct cloud_config *config, const struct recipe_node *mapping, size_t at,
                      const struct cloud_key keys[])
{
    const struct recipe_node *key = mapping->children[at], *value = mapping->children[at + 1];
    const struct cloud_key *known = keys;
    while (known->name && !is_key(key->text, known->name))
        known++;
    /* Nobody knows whether what is not known, or not read, is a secret. */
    if (!known->name || known->secret || known->verdict == CLOUD_REFUSED)
        cloud_hide(value);
    if (known->name)
        check_spellings(config, mapping, key);
    if (!known->name) {
        refuse_key(config, key, keys);
    } else if (known->verdict == CLOUD_REFUSED) {
        recipe_refuse(config, key, "\"%s\" %s", known->name, known->why);
    } else if (known->verdict == CLOUD_LEFT_OUT) {
        cloud_warn(config, key, "\"%s\" is left out: it %s", known->name, known->why);
    }
}

bool cloud_check_mapping(struct cloud_config *config, const struct recipe_node *value,
                         const char *name, const struct cloud_key keys[])
{
    if (value->kind != RECIPE_MAPPING) {
        cloud_hide(value);
        recipe_refuse(config, value, "\"%s\" wants keys with values", name);
        return false;
    }
    for (size_t i = 0; i + 1 < value->count; i += 2)
        check_key(config, value, i, keys);
    return true;
}

const char *cloud_text(struct cloud_config *config, const struct recipe_node *value,
                       const char *name)
{
    if (value->kind == RECIPE_SCALAR && !value->binary && !recipe_node_is_null(value) &&
        *value->text)
        return value->text;
    if (value->kind != RECIPE_SCALAR) /* nobody knows what is in it */
        cloud_hide(value);
    recipe_refuse(config, value, "\"%s\" wants a text", name);
    return NULL;
}

bool cloud_says(const struct recipe_node *value, bool yes)
{
    static const char *const words[][4] = {
        [false] = { "false", "no", "off", "0" },
        [true] = { "true", "yes", "on", "1" },
    };
    for (size_t i = 0; value->kind == RECIPE_SCALAR && i < ARRAY_SIZE(words[yes]); i++)
        if (strcasecmp(value->text, words[yes][i]) == 0)
            return true;
    return false;
}

bool cloud_is(struct cloud_config *config, const struct recipe_node *mapping, const char *key,
              bool missing)
{
    const struct recipe_node *value = cloud_get(mapping, key);
    if (!value)
        return missing;
    bool yes = cloud_says(value, true);
    if (!yes && !cloud_says(value, false))
        recipe_refuse(config, value, "\"%s\" is true or false", key);
    return yes;
}

const struct recipe_node *const *cloud_items(const struct recipe_node *const *value, size_t *count)
{
    bool list = (*value)->kind == RECIPE_LIST;
    *count = list ? (*value)->count : 1;
    return list ? (const struct recipe_node *const *)(*value)->children : value;
}

/* -- steps -- */

/* Steps of one document; it keeps what looks through them all short. */
enum { STEPS_MAX = 1000 };

static bool is_full(struct cloud_config *config, const struct recipe_node *node)
{
    if (config->plan.count < STEPS_MAX)
        return false;
    recipe_refuse(config, node, "a cloud-config comes to at most %d steps", STEPS_MAX);
    return true;
}

static struct customize_step *added(struct cloud_config *config, const struct recipe_node *node,
                                    int result, struct error *error)
{
    if (!result)
        return &config->plan.steps[config->plan.count - 1];
    AUTO_FREE char *origin = recipe_place_text(&node->place);
    recipe_faults_take(&config->faults, origin, &node->place, error);
    return NULL;
}

struct customize_step *cloud_step(struct cloud_config *config, const struct recipe_node *node,
                                  const char *name, const char *value)
{
    if (is_full(config, node))
        return NULL;
    AUTO_FREE char *origin = recipe_place_text(&node->place);
    struct error *error = NULL;
    int result =
        customize_plan_add(&config->plan, name, value, config->source->base_dir, origin, &error);
    return added(config, node, result, error);
}

struct customize_step *cloud_step_parts(struct cloud_config *config, const struct recipe_node *node,
                                        const char *name, const struct cloud_part parts[],
                                        size_t count)
{
    if (is_full(config, node))
        return NULL;
    const struct customize_op *op = customize_op_find(name);
    AUTO_STRINGS struct string_list names = { 0 };
    customize_op_parts(op, &names);
    const char *texts[CUSTOMIZE_PARTS_MAX] = { 0 };
    for (size_t i = 0; i < names.count; i++)
        for (size_t j = 0; j < count; j++)
            if (strcmp(names.items[i], parts[j].name) == 0)
                texts[i] = parts[j].value;
    AUTO_FREE char *origin = recipe_place_text(&node->place);
    struct error *error = NULL;
    int result = customize_plan_add_parts(&config->plan, op, texts, config->source->base_dir,
                                          origin, &error);
    return added(config, node, result, error);
}

void cloud_make_parent(struct cloud_config *config, const struct recipe_node *node,
                       const char *path)
{
    AUTO_FREE char *parent = path_dirname(path);
    for (size_t i = 0; i < config->plan.count; i++) {
        const struct customize_step *step = &config->plan.steps[i];
        if (strcmp(step->op->name, "mkdir") == 0 && strcmp(step->first, parent) == 0)
            return;
    }
    if (*path == '/' && strcmp(parent, "/") != 0)
        cloud_step(config, node, "mkdir", parent);
}

void cloud_write(struct cloud_config *config, const struct recipe_node *node, const char *path,
                 const char *text, const char *mode, bool append)
{
    const struct cloud_part parts[] = {
        { "file", path },
        { "content", text },
        { "mode", mode },
        { "owner", "root:root" },
        { "append", append ? "true" : NULL },
    };
    cloud_make_parent(config, node, path);
    cloud_step_parts(config, node, "write", parts, ARRAY_SIZE(parts));
}
