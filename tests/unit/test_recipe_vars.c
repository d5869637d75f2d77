/* SPDX-License-Identifier: Apache-2.0 */
/* Variables of recipes: what they stand for, and that secret ones are not shown. */
#include "forge/base/redact.h"
#include "tests/unit/recipe_text.h"

#include <sys/stat.h>

static void variables_stand_in_values(void **state)
{
    (void)state;
    struct error *err = NULL;
    AUTO_RECIPE struct recipe recipe = { 0 };
    assert_ok(parse_with("vars: {name: web, n-1: '', given: weak, list: '${{name}}'}\n"
                         "image: ${{ name }}.raw\n"
                         "tmpdir: ['${{name}}', '${{\tname\t}}${{n-1}}${{name}}']\n"
                         "steps:\n"
                         "- hostname: ${{given}}\n"
                         "- write: {file: '/${{name}}', content: '${{list}}', owner: '${{name}}'}\n"
                         "- run-command: echo ${name} $(name) {{name}} $${{name}} ${{$}}{{name}}\n"
                         "- write: /a:${{n-1}}\n",
                         "given=strong", &recipe, &err) == 0,
              err);
    assert_string_equal(recipe.image, "dir/web.raw");
    assert_string_equal(recipe.settings[0].values.items[1], "webweb");
    const struct customize_step *steps = recipe.plan.steps;
    assert_string_equal(steps[0].first, "strong");
    assert_string_equal(steps[1].first, "/web");
    assert_string_equal(steps[1].second, "${{name}}"); /* values are not looked at again */
    assert_string_equal(steps[1].owner, "web");
    assert_string_equal(steps[2].first, "echo ${name} $(name) {{name}} $web ${{name}}");
    assert_string_equal(steps[3].second, "");
    assert_false(steps[2].secret);
}

static void mistakes_about_variables_are_faults(void **state)
{
    (void)state;
    static const char *const bad[][2] = {
        { "vars: {name: x}\nimage: ${{nam}}\n", "2:8: unknown variable \"nam\" (did you mean" },
        { "image: ${{x}}\n", "1:8: unknown variable \"x\"" },
        { "vars: {x: }\nimage: ${{x}}\n", "2:8: the variable \"x\" has no value: give one with" },
        { "image: a${{x\n", "1:8: a variable is ${{NAME}}" },
        { "image: ${{}}\n", "1:8: a variable is" },
        { "image: '${{a b}}'\n", "1:8: a variable is" },
        { "vars: {9x: a}\n", "1:8: the name of a variable" },
        { "vars: {x: [a]}\n", "1:11: the variable \"x\" wants a text" },
        { "vars: x\n", "1:7: \"vars\" has names" },
        { "vars: {x: {path: a}}\n", "1:11: a secret is given as {env: NAME}" },
        { "vars: {x: {env: FORGE_TEST_UNSET}}\n", "1:11: " },
        { "vars: {x: {file: missing}}\n", "missing" },
        { "steps: ['${{o}}']\n", "1:9: unknown variable" },
        { "vars: {x: }\nnetwork: ${{x}}\n", "2:10: the variable \"x\" has no value" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
        struct error *err = NULL;
        AUTO_RECIPE struct recipe recipe = { 0 };
        if (parse(bad[i][0], &recipe, &err) == 0)
            fail_msg("accepted: %s", bad[i][0]);
        assert_error(err, ERROR_USAGE, bad[i][1]);
    }
    struct error *err = NULL;
    AUTO_RECIPE struct recipe recipe = { 0 };
    assert_int_equal(parse_with("vars: {name: x}\n", "nmae=y", &recipe, &err), -1);
    assert_error(err, ERROR_USAGE, "--var nmae: the recipe has no such variable (did you mean");
    assert_int_equal(recipe_check_var("a", &err), -1);
    assert_error(err, ERROR_USAGE, "NAME=VALUE");
    assert_int_equal(recipe_check_var("=a", &err), -1);
    assert_error(err, ERROR_USAGE, "NAME=VALUE");
}

static void variables_cannot_make_a_recipe_huge(void **state)
{
    (void)state;
    struct error *err = NULL;
    AUTO_RECIPE struct recipe recipe = { 0 };
    char large[64 << 10];
    memset(large, 'x', sizeof(large));
    AUTO_FREE char *text = xasprintf("vars: {x: %.*s}\nsteps:\n", (int)sizeof(large), large);
    for (size_t i = 0; i < 100; i++) {
        char *longer = xasprintf("%s- run-command: ${{x}}\n", text);
        free(text);
        text = longer;
    }
    assert_int_equal(parse(text, &recipe, &err), -1);
    assert_int_equal(recipe.faults.count, 1);
    assert_error(err, ERROR_USAGE, ":67:16: the variables make more than 4 MiB");
}

static void a_secret_variable_hides_its_steps(void **state)
{
    (void)state;
    struct error *err = NULL;
    AUTO_RECIPE struct recipe recipe = { 0 };
    setenv("FORGE_TEST_SECRET", "swordfish", 1);
    assert_ok(parse("vars: {pin: {env: FORGE_TEST_SECRET}, open: x}\n"
                    "steps:\n"
                    "- run-command: login ${{pin}}\n"
                    "- run-command: echo ${{open}}\n"
                    "- write: {file: /a, content: '${{pin}}'}\n"
                    "- root-password: password:${{pin}}\n",
                    &recipe, &err) == 0,
              err);
    assert_string_equal(recipe.plan.steps[0].first, "login swordfish");
    assert_null(customize_step_value(&recipe.plan.steps[0]));
    AUTO_FREE char *open = customize_step_value(&recipe.plan.steps[1]);
    assert_string_equal(open, "echo x");
    assert_null(customize_step_value(&recipe.plan.steps[2]));
    AUTO_FREE char *said = redact_text("login swordfish: swordfish!");
    assert_string_equal(said, "login ***: ***!");
    static const char *const bad[] = {
        "steps:\n- hostname: '${{pin}} x'\n",
        "steps:\n- touch: ${{pin}}\n",
        "steps:\n- upload: {file: '${{pin}}', dest: /a}\n",
        "image: ${{pin}}\n",
        "tmpdir: [x, '${{pin}}']\n",
    };
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
        AUTO_FREE char *text = xasprintf("vars: {pin: {env: FORGE_TEST_SECRET}}\n%s", bad[i]);
        AUTO_RECIPE struct recipe wrong = { 0 };
        assert_int_equal(parse(text, &wrong, &err), -1);
        assert_null(strstr(err->message, "swordfish"));
        assert_error(err, ERROR_USAGE, "secret");
    }
    unsetenv("FORGE_TEST_SECRET");
}

static void a_secret_variable_stays_one_when_it_is_given(void **state)
{
    (void)state;
    struct error *err = NULL;
    AUTO_RECIPE struct recipe recipe = { 0 };
    assert_ok(parse_with("vars: {pin: {env: FORGE_TEST_UNSET}}\n"
                         "steps:\n"
                         "- run-command: login ${{pin}}\n",
                         "pin=trout", &recipe, &err) == 0,
              err);
    assert_string_equal(recipe.plan.steps[0].first, "login trout");
    assert_null(customize_step_value(&recipe.plan.steps[0]));
    AUTO_FREE char *said = redact_text("login trout");
    assert_string_equal(said, "login ***");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(variables_stand_in_values),
        cmocka_unit_test(mistakes_about_variables_are_faults),
        cmocka_unit_test(variables_cannot_make_a_recipe_huge),
        cmocka_unit_test(a_secret_variable_hides_its_steps),
        cmocka_unit_test(a_secret_variable_stays_one_when_it_is_given),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
