/* SPDX-License-Identifier: Apache-2.0 */
/* The schema, the tables behind it, and the manual have the same keys. */
#include "forge/build/recipe.h"
#include "forge/cli/command_line.h"
#include "forge/cli/recipe_schema.h"
#include "tests/unit/check.h"

static struct command_line *build;
static json_t *schema;
static char manual[1 << 20]; /* forge-recipe.5.scd */

static int make_schema(void **state)
{
    (void)state;
    AUTO_FREE char *path = path_join(getenv("FORGE_SOURCE"), "forge/man/forge-recipe.5.scd");
    FILE *file = fopen(path, "r");
    if (!file || fread(manual, 1, sizeof(manual) - 1, file) == 0 || fclose(file))
        return -1;
    build = command_line_new(&command_build);
    schema = recipe_schema(build->options);
    return 0;
}

static int free_schema(void **state)
{
    (void)state;
    json_decref(schema);
    command_line_free(build);
    return 0;
}

/* The object under KEYS, a path of member names or, as "0", of items. */
static json_t *below(const char *keys)
{
    AUTO_STRINGS struct string_list names = { 0 };
    string_list_split(&names, keys, ' ');
    json_t *at = schema;
    for (size_t i = 0; i < names.count; i++)
        at = json_is_array(at) ? json_array_get(at, (size_t)atoi(names.items[i]))
                               : json_object_get(at, names.items[i]);
    if (!at)
        fail_msg("the schema lacks %s", keys);
    return at;
}

static void assert_documented(const char *name)
{
    AUTO_FREE char *word = xasprintf("*%s*", name);
    if (!strstr(manual, word))
        fail_msg("forge-recipe(5) does not name %s", name);
}

/* PROPERTIES has the settings of SECTION, each described as its row's help says it. */
static size_t assert_settings(const json_t *properties, enum option_section section)
{
    size_t count = 0;
    for (size_t i = 0; i < build->options->count; i++) {
        const struct option_slot *slot = &build->options->slots[i];
        if (slot->section != section)
            continue;
        const json_t *property = json_object_get(properties, slot->row->name);
        if (!property)
            fail_msg("the schema lacks %s", slot->row->name);
        assert_string_equal(json_string_value(json_object_get(property, "description")),
                            slot->row->help);
        count++;
    }
    return count;
}

static void top_level_keys_are_settings_and_the_recipes_own(void **state)
{
    (void)state;
    const json_t *properties = below("properties");
    size_t own = 0;
    for (; recipe_keys[own]; own++) {
        if (!json_object_get(properties, recipe_keys[own]))
            fail_msg("the schema lacks %s", recipe_keys[own]);
        assert_documented(recipe_keys[own]);
    }
    size_t settings = assert_settings(properties, OPTION_SECTION_TOP);
    assert_int_equal(json_object_size(properties), own + settings);
    for (size_t i = 0; i < build->options->count; i++)
        if (build->options->slots[i].section == OPTION_SECTION_TOP)
            assert_documented(build->options->slots[i].row->name);
}

static void sections_have_the_settings_of_their_rows(void **state)
{
    (void)state;
    const json_t *disk = below("properties disk properties");
    const json_t *bundle = below("properties bundle properties");
    assert_int_equal(json_object_size(disk), assert_settings(disk, OPTION_SECTION_DISK));
    assert_int_equal(json_object_size(bundle), assert_settings(bundle, OPTION_SECTION_BUNDLE));
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)disk, key, value) assert_documented(key);
    const json_t *image = below("properties image anyOf 1 properties");
    for (size_t i = 0; recipe_image_keys[i]; i++) {
        assert_non_null(json_object_get(image, recipe_image_keys[i]));
        assert_documented(recipe_image_keys[i]);
    }
}

/* The mapping form of OP in its schema; NULL when there is none. */
static const json_t *mapping_of(const json_t *value)
{
    for (const json_t *at = value; at; at = json_array_get(json_object_get(at, "anyOf"), 1))
        if (json_object_get(at, "properties"))
            return at;
    const json_t *first = json_array_get(json_object_get(value, "anyOf"), 0);
    return first ? mapping_of(first) : NULL;
}

/* The manual's table: a row "|  NAME" and, below it, ":  *PART*, *PART*". */
static void assert_parts_documented(const char *name, const struct string_list *parts)
{
    AUTO_FREE char *row = xasprintf("|  %s\n:  ", name);
    for (size_t i = 0; i < parts->count; i++) {
        char *longer = xasprintf("%s%s*%s*", row, i ? ", " : "", parts->items[i]);
        free(row);
        row = longer;
    }
    if (!strstr(manual, row))
        fail_msg("forge-recipe(5) lacks the row: %s", row);
}

static void steps_are_the_operations_of_the_table(void **state)
{
    (void)state;
    const json_t *steps = below("properties steps items");
    const json_t *operations = json_object_get(steps, "properties");
    if (!operations)
        operations = below("properties steps items anyOf 0 properties");
    assert_int_equal(json_object_size(operations), customize_op_count);
    for (size_t i = 0; i < customize_op_count; i++) {
        const struct customize_op *op = &customize_ops[i];
        const json_t *value = json_object_get(operations, op->name);
        if (!value)
            fail_msg("the schema lacks %s", op->name);
        assert_string_equal(json_string_value(json_object_get(value, "description")), op->help);
        AUTO_STRINGS struct string_list parts = { 0 };
        size_t required = customize_op_parts(op, &parts);
        const json_t *mapping = mapping_of(value);
        assert_int_equal(!mapping, !required);
        if (!mapping)
            continue;
        assert_int_equal(json_object_size(json_object_get(mapping, "properties")), parts.count);
        assert_int_equal(json_array_size(json_object_get(mapping, "required")), required);
        for (size_t j = 0; j < parts.count; j++)
            assert_non_null(
                json_object_get(json_object_get(mapping, "properties"), parts.items[j]));
        assert_parts_documented(op->name, &parts);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(top_level_keys_are_settings_and_the_recipes_own),
        cmocka_unit_test(sections_have_the_settings_of_their_rows),
        cmocka_unit_test(steps_are_the_operations_of_the_table),
    };
    return cmocka_run_group_tests(tests, make_schema, free_schema);
}
