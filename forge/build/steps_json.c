/* SPDX-License-Identifier: Apache-2.0 */
/* What of a step may be told. */
#include "forge/build/steps_json.h"

#include <string.h>

static void add_text(json_t *object, const char *key, const char *text)
{
    if (text)
        json_object_set_new(object, key, json_text(text));
}

/* "NAME=VALUE" as NAME: VALUE. */
static json_t *settings_json(const struct customize_step *step)
{
    json_t *object = json_object();
    for (size_t i = 0; i < step->settings.count; i++) {
        const char *text = step->settings.items[i], *value = strchr(text, '=') + 1;
        AUTO_FREE char *name = xstrndup(text, (size_t)(value - 1 - text));
        json_object_set_new(object, name, json_text(value));
    }
    return object;
}

static json_t *step_json(const struct customize_step *step)
{
    AUTO_FREE char *value = customize_step_value(step);
    json_t *object = json_pack("{s:s, s:o, s:o}", "operation", step->op->name, "value",
                               json_text(value), "origin", json_text(step->origin));
    add_text(object, "mode", step->mode);
    add_text(object, "owner", step->owner);
    if (step->settings.count && !customize_step_is_secret(step))
        json_object_set_new(object, "settings", settings_json(step));
    if (customize_step_is_secret(step))
        json_object_set_new(object, "secret", json_true());
    return object;
}

json_t *steps_json(const struct customize_plan *plan)
{
    json_t *array = json_array();
    if (!plan)
        return array;
    AUTO_FREE const struct customize_step **steps = customize_plan_in_order(plan);
    for (size_t i = 0; i < plan->count; i++)
        json_array_append_new(array, step_json(steps[i]));
    return array;
}
