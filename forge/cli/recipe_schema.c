/* SPDX-License-Identifier: Apache-2.0 */
/* The schema: what is the same for all rows is written here once, the rest comes from the rows. */
#include "forge/cli/recipe_schema.h"
#include "forge/build/recipe.h"
#include "fsimage/customize.h"

#include <string.h>

/* -- small schemas -- */

static json_t *reference(const char *definition)
{
    AUTO_FREE char *target = xasprintf("#/$defs/%s", definition);
    return json_pack("{s:s}", "$ref", target);
}

static json_t *pattern(const char *expression)
{
    return json_pack("{s:s, s:s}", "type", "string", "pattern", expression);
}

/* ONE of several; FIRST and SECOND are taken. */
static json_t *either(json_t *first, json_t *second)
{
    return json_pack("{s:[o, o]}", "anyOf", first, second);
}

/* SCHEMA (taken), or a list of what it describes. */
static json_t *one_or_more(json_t *schema)
{
    json_t *list = json_pack("{s:s, s:O}", "type", "array", "items", schema);
    return either(schema, list);
}

/* SCHEMA (taken), or a text whose variables nobody knows yet. */
static json_t *or_variable(json_t *schema)
{
    return either(schema, reference("variable"));
}

static json_t *described(json_t *schema, const char *description)
{
    json_object_set_new(schema, "description", json_string(description));
    return schema;
}

/* An object with PROPERTIES and the names REQUIRED (both taken) and no others. */
static json_t *object(json_t *properties, json_t *required)
{
    return json_pack("{s:s, s:o, s:o, s:b}", "type", "object", "properties", properties, "required",
                     required, "additionalProperties", 0);
}

/* YAML's scalars are texts to us, but those of JSON have types. */
static json_t *definitions(void)
{
    return json_pack("{s:{s:[s, s, s], s:i}, s:{s:s, s:s}}", "text", "type", "string", "number",
                     "boolean", "minLength", 1, "variable", "type", "string", "pattern",
                     "\\$\\{\\{");
}

/* -- settings -- */

static json_t *flag_schema(const struct option_row *row)
{
    (void)row;
    return or_variable(json_pack("{s:[b, b, s, s]}", "enum", 1, 0, "true", "false"));
}

static json_t *text_schema(const struct option_row *row)
{
    (void)row;
    return reference("text");
}

static json_t *list_schema(const struct option_row *row)
{
    (void)row;
    return one_or_more(reference("text"));
}

static json_t *whole_number(const struct option_row *row)
{
    json_t *number = json_pack("{s:s, s:I}", "type", "integer", "minimum", (json_int_t)row->min);
    if (row->max)
        json_object_set_new(number, "maximum", json_integer(row->max));
    return number;
}

static json_t *size_schema(const struct option_row *row)
{
    return or_variable(either(whole_number(row), pattern("^[0-9]+([kKMGTPE](iB)?)?$")));
}

static json_t *integer_schema(const struct option_row *row)
{
    return or_variable(either(whole_number(row), pattern("^-?[0-9]+$")));
}

static json_t *choice_schema(const struct option_row *row)
{
    json_t *names = json_array();
    for (const struct option_choice *choice = row->choices; choice->name; choice++)
        json_array_append_new(names, json_string(choice->name));
    return or_variable(json_pack("{s:o}", "enum", names));
}

static json_t *setting_schema(const struct option_row *row)
{
    static json_t *(*const schemas[])(const struct option_row *) = {
        [OPTION_FLAG] = flag_schema,     [OPTION_STRING] = text_schema,
        [OPTION_PATH] = text_schema,     [OPTION_LIST] = list_schema,
        [OPTION_SIZE] = size_schema,     [OPTION_INTEGER] = integer_schema,
        [OPTION_CHOICE] = choice_schema, [OPTION_CUSTOM] = list_schema,
        [OPTION_STEP] = list_schema,
    };
    return described(schemas[row->kind](row), row->help);
}

/* The settings of SECTION as properties, added to those in PROPERTIES. */
static void add_settings(json_t *properties, const struct options *options,
                         enum option_section section)
{
    for (size_t i = 0; i < options->count; i++)
        if (options->slots[i].section == section)
            json_object_set_new(properties, options->slots[i].row->name,
                                setting_schema(options->slots[i].row));
}

static json_t *section_schema(const struct options *options, enum option_section section)
{
    json_t *properties = json_object();
    add_settings(properties, options, section);
    json_t *schema = object(properties, json_array());
    json_object_set_new(schema, "type", json_pack("[s, s]", "object", "null"));
    return schema;
}

/* -- steps -- */

/* What a mapping gives for the key NAME; a part of a value may be empty. */
static json_t *part_schema(const char *name)
{
    if (strcmp(name, "mode") == 0)
        return or_variable(
            either(json_pack("{s:s, s:i}", "type", "integer", "minimum", 0), pattern("^[0-7]+$")));
    return json_pack("{s:[s, s, s, s]}", "type", "string", "number", "boolean", "null");
}

static json_t *mapping_schema(const struct customize_op *op)
{
    AUTO_STRINGS struct string_list names = { 0 };
    size_t required = customize_op_parts(op, &names);
    json_t *properties = json_object(), *wanted = json_array();
    for (size_t i = 0; i < names.count; i++) {
        json_object_set_new(properties, names.items[i], part_schema(names.items[i]));
        if (i < required)
            json_array_append_new(wanted, json_string(names.items[i]));
    }
    return object(properties, wanted);
}

static json_t *value_schema(const struct customize_op *op)
{
    switch (op->value) {
    case CUSTOMIZE_FLAG:
        return json_pack("{s:[b, s, n]}", "enum", 1, "true");
    case CUSTOMIZE_LIST:
        return either(reference("text"), json_pack("{s:s, s:i, s:o}", "type", "array", "minItems",
                                                   1, "items", reference("text")));
    case CUSTOMIZE_PAIR:
        return or_variable(either(pattern("^[^:]+:"), mapping_schema(op)));
    case CUSTOMIZE_STRING:
        break;
    }
    return customize_op_parts(op, NULL) ? either(reference("text"), mapping_schema(op))
                                        : reference("text");
}

static json_t *steps_schema(const struct options *options)
{
    (void)options;
    json_t *operations = json_object(), *flags = json_array();
    for (size_t i = 0; i < customize_op_count; i++) {
        const struct customize_op *op = &customize_ops[i];
        json_object_set_new(operations, op->name, described(value_schema(op), op->help));
        if (op->value == CUSTOMIZE_FLAG)
            json_array_append_new(flags, json_string(op->name));
    }
    json_t *step = object(operations, json_array());
    json_object_set_new(step, "minProperties", json_integer(1));
    json_object_set_new(step, "maxProperties", json_integer(1));
    if (json_array_size(flags))
        step = either(step, json_pack("{s:O}", "enum", flags));
    json_decref(flags);
    return json_pack("{s:[s, s], s:o}", "type", "array", "null", "items", step);
}

/* -- the other keys -- */

static json_t *image_schema(const struct options *options)
{
    json_t *settings = json_object(), *properties = json_object();
    add_settings(settings, options, OPTION_SECTION_TOP);
    json_object_set_new(properties, "path", reference("text"));
    for (size_t i = 1; recipe_image_keys[i]; i++)
        json_object_set(properties, recipe_image_keys[i],
                        json_object_get(settings, recipe_image_keys[i]));
    json_decref(settings);
    return either(reference("text"), object(properties, json_pack("[s]", "path")));
}

static json_t *disk_schema(const struct options *options)
{
    return section_schema(options, OPTION_SECTION_DISK);
}

static json_t *bundle_schema(const struct options *options)
{
    return section_schema(options, OPTION_SECTION_BUNDLE);
}

static json_t *secret_schema(const char *kind)
{
    return object(json_pack("{s:o}", kind, reference("text")), json_pack("[s]", kind));
}

static json_t *vars_schema(const struct options *options)
{
    (void)options;
    json_t *plain = json_pack("{s:[s, s, s, s]}", "type", "string", "number", "boolean", "null");
    return json_pack("{s:[s, s], s:{s:s}, s:o}", "type", "object", "null", "propertyNames",
                     "pattern", "^[A-Za-z_][A-Za-z0-9_-]{0,63}$", "additionalProperties",
                     either(plain, either(secret_schema("env"), secret_schema("file"))));
}

static json_t *import_schema(const struct options *options)
{
    (void)options;
    return one_or_more(reference("text"));
}

json_t *recipe_schema(const struct options *options)
{
    static const struct {
        const char *name;
        json_t *(*schema)(const struct options *options);
        const char *description;
    } keys[] = {
        { "image", image_schema, "The image to start from" },
        { "vars", vars_schema, "Variables, used as ${{NAME}} in values" },
        { "import", import_schema, "Other recipes, whose steps come first" },
        { "steps", steps_schema, "Operations, in this order" },
        { "disk", disk_schema, "Settings of the disk that is bundled" },
        { "bundle", bundle_schema, "Settings of the bundle" },
    };
    json_t *properties = json_object();
    for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
        json_object_set_new(properties, keys[i].name,
                            described(keys[i].schema(options), keys[i].description));
    add_settings(properties, options, OPTION_SECTION_TOP);
    return json_pack("{s:s, s:s, s:s, s:o, s:b, s:o}", "$schema",
                     "https://json-schema.org/draft/2020-12/schema", "title", "forge recipe",
                     "type", "object", "properties", properties, "additionalProperties", 0, "$defs",
                     definitions());
}
