/* SPDX-License-Identifier: Apache-2.0 */
/* Turns a plan into JSON, field by field. */
#include "forge/join/plan_json.h"
#include "forge/join/plan_step.h"

static json_t *list_json(const struct string_list *list)
{
    json_t *array = json_array();
    for (size_t i = 0; i < list->count; i++)
        json_array_append_new(array, json_text(list->items[i]));
    return array;
}

static json_t *step_json(const struct plan_step *step, const struct plan *plan)
{
    AUTO_STRINGS struct string_list argv = { 0 };
    plan_step_command(step, plan, &argv);
    return json_pack("{s:s, s:s, s:b, s:o}", "step", step->name, "meaning", step->meaning, "remedy",
                     step->remedy, "command", list_json(&argv));
}

static json_t *steps_json(const struct plan *plan, enum plan_phase phase)
{
    json_t *array = json_array();
    for (size_t i = 0; i < plan_step_count; i++)
        if (plan_step_applies(&plan_steps[i], plan, phase))
            json_array_append_new(array, step_json(&plan_steps[i], plan));
    return array;
}

static void set_text(json_t *object, const char *key, const char *value)
{
    if (value)
        json_object_set_new(object, key, json_text(value));
}

static json_t *object_json(const struct plan *plan, const struct plan_object *from)
{
    json_t *object = json_object();
    set_text(object, "key", from->key);
    AUTO_FREE char *file =
        path_join(from->is_manifest ? plan->manifest_directory : plan->part_directory, from->name);
    if (plan->direction == PLAN_REMOVAL)
        return object;
    set_text(object, "file", file);
    json_object_set_new(object, "size", json_integer(from->size));
    set_text(object, "md5", from->md5);
    set_text(object, "content_md5", from->content_md5);
    set_text(object, "sha1", from->sha1);
    set_text(object, "sha256", from->sha256);
    set_text(object, "acl", plan->acl);
    return object;
}

static json_t *objects_json(const struct plan *plan)
{
    json_t *array = json_array();
    for (size_t i = 0; i < plan->count; i++)
        json_array_append_new(array, object_json(plan, &plan->objects[i]));
    return array;
}

static json_t *image_json(const struct plan *plan)
{
    json_t *object = json_object();
    set_text(object, "location", plan->location);
    if (plan->direction == PLAN_REMOVAL)
        return object;
    AUTO_STRINGS struct string_list types = { 0 };
    plan_instance_types(plan, &types);
    set_text(object, "name", plan->image_name);
    set_text(object, "virtualization", plan->virtualization);
    set_text(object, "architecture", plan->architecture);
    json_object_set_new(object, "instance_types", list_json(&types));
    return object;
}

json_t *plan_json(const struct plan *plan)
{
    bool upload = plan->direction == PLAN_UPLOAD;
    json_t *object = json_object();
    set_text(object, "plan", upload ? "upload" : "removal");
    set_text(object, "bucket", plan->bucket);
    set_text(object, "prefix", plan->prefix);
    set_text(object, "region", plan->region);
    json_object_set_new(object, "before", steps_json(plan, PLAN_BEFORE));
    json_object_set_new(object, "objects", objects_json(plan));
    if (upload) {
        json_object_set_new(object, "bytes", json_integer(plan_bytes(plan)));
        json_object_set_new(object, "left_out", list_json(&plan->left_out));
    }
    json_object_set_new(object, "after", steps_json(plan, PLAN_AFTER));
    json_object_set_new(object, "image", image_json(plan));
    json_object_set_new(object, "warnings", list_json(&plan->warnings));
    return object;
}
