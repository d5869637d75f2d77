/* SPDX-License-Identifier: Apache-2.0 */
/* Option rows: the command line, a recipe and the environment, and which of them wins. */
#include "forge/cli/options.h"
#include "tests/unit/check.h"

struct values {
    bool force;
    char *name, *path;
    struct string_list codes;
    int64_t size, level;
    int accel;
    int custom;
};

static int set_custom(void *field, const struct option_row *row, const char *text,
                      const struct option_source *source, struct error **err)
{
    (void)row;
    (void)source;
    if (strcmp(text, "bad") == 0)
        return error_set(err, ERROR_USAGE, "it is bad");
    (*(int *)field)++;
    return 0;
}

static const struct option_choice accels[] = { { "auto", 0 }, { "tcg", 2 }, { NULL, 0 } };

#define FIELD(member) .offset = offsetof(struct values, member)
static const struct option_row rows[] = {
    { "force", 'f', OPTION_FLAG, NULL, FIELD(force), .help = "Force" },
    { "name", 'n', OPTION_STRING, "NAME", FIELD(name), "Name", "FORGE_TEST_A FORGE_TEST_B" },
    { "path", 0, OPTION_PATH, "PATH", FIELD(path), .help = "Path" },
    { "codes", 0, OPTION_LIST, "CODE,...", FIELD(codes), .help = "Codes" },
    { "size", 0, OPTION_SIZE, "SIZE", FIELD(size), .help = "Size" },
    { "level", 0, OPTION_INTEGER, "1-12", FIELD(level), .help = "Level", .min = 1, .max = 12 },
    { "accel", 0, OPTION_CHOICE, "auto|tcg", FIELD(accel), .help = "Accel", .choices = accels },
    { "custom", 0, OPTION_CUSTOM, "X", FIELD(custom), .help = "Custom", .set = set_custom },
};

/* Options over zeroed values, parsed from words that end with NULL. */
struct fixture {
    struct values values;
    struct options *options;
    struct string_list arguments;
    struct error *error;
};

static void start(struct fixture *fixture)
{
    *fixture = (struct fixture){ 0 };
    unsetenv("FORGE_TEST_A");
    unsetenv("FORGE_TEST_B");
    fixture->options = options_new();
    options_add(fixture->options, "Group", OPTION_SECTION_BUNDLE, rows, ARRAY_SIZE(rows),
                &fixture->values);
}

static void stop(struct fixture *fixture)
{
    options_free(fixture->options);
    string_list_clear(&fixture->arguments);
    error_free(fixture->error);
}

static int parse(struct fixture *fixture, const char *const words[])
{
    char *argv[32] = { (char *)"verb" };
    int argc = 1;
    for (; words[argc - 1]; argc++)
        argv[argc] = (char *)words[argc - 1];
    return options_parse(fixture->options, argc, argv, &fixture->arguments, &fixture->error);
}
#define PARSE(fixture, ...) parse(fixture, (const char *const[]){ __VA_ARGS__, NULL })

static int set_from_recipe(struct fixture *fixture, const char *name, const char *value)
{
    const struct option_source source = { OPTION_FROM_RECIPE, "web.yaml:3:5", "/recipes" };
    return options_set(fixture->options, name, value, &source, &fixture->error);
}

static void every_kind_is_parsed(void **state)
{
    (void)state;
    struct fixture fixture;
    start(&fixture);
    assert_int_equal(PARSE(&fixture, "-f", "one", "-nweb", "--path=p", "--codes", "a,b", "--codes",
                           "c", "--size", "10M", "--level", "12", "--accel", "tcg", "--custom", "x",
                           "two"),
                     0);
    assert_true(fixture.values.force);
    assert_string_equal(fixture.values.name, "web");
    assert_string_equal(fixture.values.path, "p");
    assert_int_equal(fixture.values.codes.count, 3);
    assert_int_equal(fixture.values.size, 10 << 20);
    assert_int_equal(fixture.values.level, 12);
    assert_int_equal(fixture.values.accel, 2);
    assert_int_equal(fixture.values.custom, 1);
    assert_int_equal(fixture.arguments.count, 2);
    assert_string_equal(fixture.arguments.items[1], "two");
    stop(&fixture);
}

static void words_behind_two_hyphens_are_arguments(void **state)
{
    (void)state;
    struct fixture fixture;
    start(&fixture);
    assert_int_equal(PARSE(&fixture, "--", "-f"), 0);
    assert_false(fixture.values.force);
    assert_string_equal(fixture.arguments.items[0], "-f");
    stop(&fixture);
}

static void mistakes_are_usage_errors_that_name_the_option(void **state)
{
    (void)state;
    static const struct {
        const char *word, *value, *message;
    } mistakes[] = {
        { "--nmae", "x", "there is no option --nmae (did you mean --name?)" },
        { "--zzzzzzzz", NULL, "there is no option --zzzzzzzz" },
        { "-z", NULL, "there is no option -z" },
        { "--force=1", NULL, "--force takes no value" },
        { "--name", NULL, "--name: a value is missing (NAME)" },
        { "-n", NULL, "--name: a value is missing (NAME)" },
        { "--path", "", "--path: the path is empty" },
        { "--size", "10X", "--size: \"10X\" is not a size such as 512M or 10G" },
        { "--level", "13", "--level: \"13\" is not a whole number from 1 to 12" },
        { "--accel", "hvf", "--accel: \"hvf\" is not one of auto|tcg" },
        { "--custom", "bad", "--custom: it is bad" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(mistakes); i++) {
        struct fixture fixture;
        start(&fixture);
        assert_int_equal(PARSE(&fixture, mistakes[i].word, mistakes[i].value), -1);
        assert_int_equal(fixture.error->cause, ERROR_USAGE);
        assert_string_equal(fixture.error->message, mistakes[i].message);
        stop(&fixture);
    }
}

static void environment_fills_what_is_open_strongest_variable_first(void **state)
{
    (void)state;
    struct fixture fixture;
    start(&fixture);
    setenv("FORGE_TEST_A", "", 1);
    setenv("FORGE_TEST_B", "b", 1);
    assert_int_equal(PARSE(&fixture, "-f"), 0);
    assert_string_equal(fixture.values.name, "b");
    assert_int_equal(options_origin(fixture.options, "name"), OPTION_FROM_ENVIRONMENT);
    stop(&fixture);

    start(&fixture);
    setenv("FORGE_TEST_A", "a", 1);
    assert_int_equal(PARSE(&fixture, "--name", "c"), 0);
    assert_string_equal(fixture.values.name, "c");
    assert_int_equal(options_origin(fixture.options, "name"), OPTION_FROM_COMMAND_LINE);
    stop(&fixture);
    unsetenv("FORGE_TEST_A");
}

static void recipe_beats_environment_but_not_the_command_line(void **state)
{
    (void)state;
    struct fixture fixture;
    start(&fixture);
    setenv("FORGE_TEST_A", "a", 1);
    assert_int_equal(PARSE(&fixture, "--codes", "x"), 0);
    assert_int_equal(set_from_recipe(&fixture, "name", "r"), 0);
    assert_int_equal(set_from_recipe(&fixture, "codes", "y"), 0);
    assert_string_equal(fixture.values.name, "r");
    assert_int_equal(fixture.values.codes.count, 1);
    assert_string_equal(fixture.values.codes.items[0], "x");
    stop(&fixture);
    unsetenv("FORGE_TEST_A");
}

static void recipe_paths_are_relative_to_the_recipe(void **state)
{
    (void)state;
    struct fixture fixture;
    start(&fixture);
    assert_int_equal(set_from_recipe(&fixture, "path", "a/b"), 0);
    assert_string_equal(fixture.values.path, "/recipes/a/b");
    assert_int_equal(set_from_recipe(&fixture, "path", "/c"), 0);
    assert_string_equal(fixture.values.path, "/c");
    stop(&fixture);
}

static void recipe_flags_are_true_or_false(void **state)
{
    (void)state;
    struct fixture fixture;
    start(&fixture);
    assert_int_equal(set_from_recipe(&fixture, "force", "true"), 0);
    assert_true(fixture.values.force);
    assert_int_equal(set_from_recipe(&fixture, "force", "false"), 0);
    assert_false(fixture.values.force);
    assert_int_equal(set_from_recipe(&fixture, "force", "yes"), -1);
    assert_string_equal(fixture.error->message, "web.yaml:3:5: \"yes\" is neither true nor false");
    stop(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_is_parsed),
        cmocka_unit_test(words_behind_two_hyphens_are_arguments),
        cmocka_unit_test(mistakes_are_usage_errors_that_name_the_option),
        cmocka_unit_test(environment_fills_what_is_open_strongest_variable_first),
        cmocka_unit_test(recipe_beats_environment_but_not_the_command_line),
        cmocka_unit_test(recipe_paths_are_relative_to_the_recipe),
        cmocka_unit_test(recipe_flags_are_true_or_false),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
