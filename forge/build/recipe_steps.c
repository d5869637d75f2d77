/* SPDX-License-Identifier: Apache-2.0 */
/* The steps of a recipe: operations, each with a value in one of its forms. */
#include "forge/build/recipe_reading.h"
#include "fsimage/ops/permissions.h"

#include <string.h>

/* {file: A, dest: B}: TEXTS receives what is given by each of NAMES, borrowed. */
static bool read_parts(struct recipe *recipe, const struct customize_op *op,
                       const struct recipe_node *value, const struct string_list *names,
                       size_t required, const char *texts[CUSTOMIZE_PARTS_MAX])
{
    bool good = true;
    for (size_t i = 0; i < value->count; i += 2)
        if (!string_list_contains(names, value->children[i]->text)) {
            recipe_refuse_key(&recipe->faults, value->children[i],
                              (const char *const *)names->items);
            good = false;
        }
    for (size_t i = 0; i < names->count; i++) {
        const struct recipe_node *part = recipe_node_get(value, names->items[i]);
        if (part ? part->kind != RECIPE_SCALAR : good && i < required) {
            recipe_refuse(recipe, part ? part : value, "\"%s\" wants %s:, a text", op->name,
                          names->items[i]);
            good = false;
        }
        texts[i] = part ? part->text : NULL;
    }
    return good;
}

/* [A, B] as "A,B"; owned, NULL when one is no text. */
static char *read_list(struct recipe *recipe, const struct recipe_node *key,
                       const struct recipe_node *value)
{
    AUTO_FREE char *text = xstrdup("");
    for (size_t i = 0; i < value->count; i++) {
        if (!recipe_expect_text(recipe, key, value->children[i]))
            return NULL;
        char *longer = xasprintf("%s%s%s", text, i ? "," : "", value->children[i]->text);
        free(text);
        text = longer;
    }
    return STEAL(text);
}

static bool has_secret(const struct recipe_node *node)
{
    bool secret = node->secret;
    for (size_t i = 0; i < node->count && !secret; i++)
        secret = has_secret(node->children[i]);
    return secret;
}

static bool is_refused(int (*check)(const char *text, struct error **err),
                       const struct recipe_node *part)
{
    AUTO(error_free) struct error *error = NULL;
    return part && check(part->text, &error);
}

/* Which part of the mapping VALUE, OWN of whose parts make up the operation's value, is wrong; the
 * whole of it where that cannot be told. */
static const struct recipe_node *find_wrong(const struct recipe_node *value,
                                            const struct string_list *names, size_t own)
{
    const struct recipe_node *mode = recipe_node_get(value, "mode"),
                             *owner = recipe_node_get(value, "owner"),
                             *first = recipe_node_get(value, names->items[0]);
    if (!*first->text)
        return first;
    if (is_refused(mode_check, mode))
        return mode;
    if (is_refused(owner_check, owner))
        return owner;
    return own == 1 ? first : value;
}

/* KEY with VALUE, NULL for none, is refused: WRONG, one of the two or within VALUE, is why. What a
 * message says about a value may be part of it. */
static void refuse_step(struct recipe *recipe, const struct recipe_node *key,
                        const struct recipe_node *value, const struct recipe_node *wrong,
                        struct error *error)
{
    AUTO_FREE char *origin = recipe_place_text(&key->place);
    if (!value || !has_secret(value)) {
        recipe_faults_take(&recipe->faults, origin, &wrong->place, error);
        return;
    }
    recipe_refuse(recipe, wrong, "%s: the value, which has a secret in it, is not good", key->text);
    error_free(error);
}

/* The steps from FIRST on come from a value with a secret. */
static void hide_steps(struct customize_plan *plan, size_t first)
{
    for (size_t i = first; i < plan->count; i++)
        plan->steps[i].secret = true;
}

/* VALUE, NULL for none, is where TEXT comes from. */
static void add_text(struct recipe *recipe, const struct recipe_node *key,
                     const struct recipe_node *value, const char *text)
{
    AUTO_FREE char *origin = recipe_place_text(&key->place);
    struct error *error = NULL;
    size_t first = recipe->plan.count;
    if (customize_plan_add(&recipe->plan, key->text, text, key->place.source->base_dir, origin,
                           &error))
        refuse_step(recipe, key, value, value ? value : key, error);
    else if (value && has_secret(value))
        hide_steps(&recipe->plan, first);
}

static void add_list(struct recipe *recipe, const struct recipe_node *key,
                     const struct recipe_node *value)
{
    AUTO_FREE char *text = read_list(recipe, key, value);
    if (text)
        add_text(recipe, key, value, text);
}

static void add_mapping(struct recipe *recipe, const struct customize_op *op,
                        const struct recipe_node *key, const struct recipe_node *value)
{
    AUTO_STRINGS struct string_list names = { 0 };
    size_t required = customize_op_parts(op, &names);
    const char *texts[CUSTOMIZE_PARTS_MAX] = { 0 };
    if (!read_parts(recipe, op, value, &names, required, texts))
        return;
    AUTO_FREE char *origin = recipe_place_text(&key->place);
    struct error *error = NULL;
    size_t first = recipe->plan.count;
    if (customize_plan_add_parts(&recipe->plan, op, texts, key->place.source->base_dir, origin,
                                 &error))
        refuse_step(recipe, key, value, find_wrong(value, &names, required), error);
    else if (has_secret(value))
        hide_steps(&recipe->plan, first);
}

/* A flag's value is nothing or true. */
static void add_flag(struct recipe *recipe, const struct recipe_node *key,
                     const struct recipe_node *value)
{
    bool is_true = value && value->kind == RECIPE_SCALAR && strcmp(value->text, "true") == 0;
    if (value && !is_true && !recipe_node_is_null(value))
        recipe_refuse(recipe, value, "\"%s\" takes nothing or true", key->text);
    else
        add_text(recipe, key, value, NULL);
}

/* The operation KEY with VALUE, which is NULL for a bare name. */
static void add_step(struct recipe *recipe, const struct recipe_node *key,
                     const struct recipe_node *value)
{
    const struct customize_op *op = customize_op_find(key->text);
    if (!op)
        add_text(recipe, key, NULL, NULL); /* who says which one may be meant */
    else if (op->value == CUSTOMIZE_FLAG)
        add_flag(recipe, key, value);
    else if (value && value->kind == RECIPE_SCALAR && !recipe_node_is_null(value))
        add_text(recipe, key, value, value->text);
    else if (value && value->kind == RECIPE_LIST && op->value == CUSTOMIZE_LIST)
        add_list(recipe, key, value);
    else if (value && value->kind == RECIPE_MAPPING && customize_op_parts(op, NULL))
        add_mapping(recipe, op, key, value);
    else
        recipe_refuse(recipe, value ? value : key, "\"%s\" wants a value: %s", op->name,
                      op->value_name);
}

/* Values of operations that take secrets are not shown, nor are those of what may be such an
 * operation with a slip in its name, and nothing of what is no mapping: where a blank is missing,
 * or a list is one too deep, it may have a password. */
static void hide_values(const struct recipe_node *step)
{
    if (step->kind != RECIPE_MAPPING)
        recipe_source_hide(&step->place, step->end);
    for (size_t i = 0; i + 1 < step->count && step->kind == RECIPE_MAPPING; i += 2) {
        const struct customize_op *op = customize_op_find(step->children[i]->text);
        const struct recipe_node *value = step->children[i + 1];
        if (!op || op->secret)
            recipe_source_hide(&value->place, value->end);
    }
}

static void read_step(struct recipe *recipe, const struct recipe_node *step)
{
    if (step->kind == RECIPE_SCALAR && !strpbrk(step->text, " :")) {
        add_step(recipe, step, NULL);
        return;
    }
    hide_values(step);
    if (step->kind == RECIPE_MAPPING && step->count == 2)
        add_step(recipe, step->children[0], step->children[1]);
    else
        recipe_refuse(recipe, step, "a step is one operation with its value");
}

void recipe_read_steps(struct recipe *recipe, const struct recipe_node *steps)
{
    if (recipe_node_is_null(steps))
        return;
    if (steps->kind != RECIPE_LIST) {
        hide_values(steps);
        recipe_refuse(recipe, steps, "\"steps\" is a list");
        return;
    }
    for (size_t i = 0; i < steps->count; i++)
        read_step(recipe, steps->children[i]);
}
