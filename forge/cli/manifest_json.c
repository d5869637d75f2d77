/* SPDX-License-Identifier: Apache-2.0 */
/* Turns a manifest into JSON, field by field. */
#include "forge/cli/manifest_json.h"

static void set_text(json_t *object, const char *key, const char *value)
{
    if (value)
        json_object_set_new(object, key, json_text(value));
}

static void set_list(json_t *object, const char *key, const struct string_list *list)
{
    if (!list->count)
        return;
    json_t *array = json_array();
    for (size_t i = 0; i < list->count; i++)
        json_array_append_new(array, json_text(list->items[i]));
    json_object_set_new(object, key, array);
}

static json_t *bundler_json(const struct manifest *manifest)
{
    json_t *object = json_object();
    set_text(object, "name", manifest->bundler_name);
    set_text(object, "version", manifest->bundler_version);
    set_text(object, "release", manifest->bundler_release);
    return object;
}

static json_t *mappings_json(const struct manifest *manifest)
{
    json_t *object = json_object();
    for (size_t i = 0; i < manifest->mapping_count; i++)
        set_text(object, manifest->mappings[i].virtual_name, manifest->mappings[i].device);
    return object;
}

static json_t *parts_json(const struct manifest *manifest)
{
    json_t *array = json_array();
    for (size_t i = 0; i < manifest->part_count; i++) {
        json_t *part = json_object();
        set_text(part, "filename", manifest->parts[i].filename);
        set_text(part, "digest", manifest->parts[i].digest);
        json_array_append_new(array, part);
    }
    return array;
}

json_t *manifest_json(const struct manifest *manifest)
{
    json_t *object = json_object();
    set_text(object, "version", manifest_version_text(manifest->version));
    json_object_set_new(object, "bundler", bundler_json(manifest));
    set_text(object, "architecture", manifest->architecture);
    json_object_set_new(object, "block_device_mapping", mappings_json(manifest));
    set_text(object, "kernel_id", manifest->kernel_id);
    set_text(object, "ramdisk_id", manifest->ramdisk_id);
    set_list(object, "product_codes", &manifest->product_codes);
    set_text(object, "name", manifest->name);
    set_text(object, "user", manifest->user);
    set_text(object, "type", manifest->type);
    set_text(object, "kernel_name", manifest->kernel_name);
    set_list(object, "ancestry", &manifest->ancestry);
    set_text(object, "digest", manifest->digest);
    json_object_set_new(object, "size", json_integer(manifest->size));
    json_object_set_new(object, "bundled_size", json_integer(manifest->bundled_size));
    set_text(object, "ec2_encrypted_key", manifest->ec2_encrypted_key);
    set_text(object, "user_encrypted_key", manifest->user_encrypted_key);
    set_text(object, "ec2_encrypted_iv", manifest->ec2_encrypted_iv);
    set_text(object, "user_encrypted_iv", manifest->user_encrypted_iv);
    json_object_set_new(object, "parts", parts_json(manifest));
    set_text(object, "signature", manifest->signature);
    return object;
}
