/* SPDX-License-Identifier: Apache-2.0 */
/* Recipes that import others. */
#include "tests/unit/recipe_text.h"

static char *scratch;

static void put(const char *name, const char *text)
{
    AUTO_FREE char *path = path_join(scratch, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

/* Read the recipe NAME of the scratch directory. */
static int read_put(const char *name, struct recipe *recipe, struct error **err)
{
    AUTO_FREE char *path = path_join(scratch, name);
    recipe_clear(recipe);
    if (recipe_read(path, keys, NULL, recipe, err))
        return -1;
    return recipe_faults_verdict(&recipe->faults, err);
}

static void imports_come_first_and_are_weaker(void **state)
{
    (void)state;
    struct error *err = NULL;
    AUTO_RECIPE struct recipe recipe = { 0 };
    scratch = make_scratch();
    AUTO_FREE char *sub = path_join(scratch, "sub");
    assert_int_equal(mkdir(sub, 0700), 0);
    put("sub/file", "");
    put("sub/base.yaml", "image: {path: base.raw, format: raw}\n"
                         "vars: {name: base, other: kept}\n"
                         "steps: [{upload: 'file:/a'}, {hostname: '${{name}}'}]\n"
                         "memsize: 512\n"
                         "bundle: {productcodes: [a, b]}\n");
    put("more.yaml", "import: sub/base.yaml\nsteps: [{mkdir: '/${{other}}'}]\nmemsize: 768\n");
    put("web.yaml", "steps: [{touch: '/${{name}}'}]\n"
                    "import: [sub/base.yaml, more.yaml]\n"
                    "image: web.raw\n"
                    "vars: {name: web}\n"
                    "bundle: {productcodes: c}\n");
    assert_ok(read_put("web.yaml", &recipe, &err) == 0, err);
    assert_true(ends_with(recipe.image, "/web.raw"));
    assert_int_equal(recipe.plan.count, 4);
    assert_true(ends_with(recipe.plan.steps[0].origin, "/sub/base.yaml:3:10"));
    assert_true(ends_with(recipe.plan.steps[0].base_dir, "/sub"));
    assert_string_equal(recipe.plan.steps[1].first, "web");
    assert_string_equal(recipe.plan.steps[2].first, "/kept");
    assert_string_equal(recipe.plan.steps[3].first, "/web");
    assert_int_equal(recipe.count, 2); /* the format was that of the other image */
    for (size_t i = 0; i < recipe.count; i++) {
        const struct recipe_setting *setting = &recipe.settings[i];
        bool codes = strcmp(setting->key, "productcodes") == 0;
        assert_int_equal(setting->values.count, 1);
        assert_string_equal(setting->values.items[0], codes ? "c" : "768");
    }
    remove_scratch(scratch);
}

static void mistakes_in_imports_name_their_file(void **state)
{
    (void)state;
    struct error *err = NULL;
    AUTO_RECIPE struct recipe recipe = { 0 };
    scratch = make_scratch();
    put("base.yaml", "steps:\n- touch: etc\n");
    put("web.yaml", "import: [base.yaml, none.yaml, [x], base.yaml]\nnetwrk: true\n");
    assert_int_equal(read_put("web.yaml", &recipe, &err), -1);
    assert_int_equal(recipe.faults.count, 4);
    assert_non_null(strstr(err->message, "/web.yaml:1:21: "));
    assert_non_null(strstr(err->message, "none.yaml: No such file"));
    assert_non_null(strstr(err->message, "/web.yaml:1:32: \"import\" wants a value"));
    assert_non_null(strstr(err->message, "/web.yaml:2:1: unknown key"));
    assert_error(err, ERROR_USAGE, "/base.yaml:2:10: touch: \"etc\" is not an absolute path");

    put("base.yaml", "import: web.yaml\n");
    assert_int_equal(read_put("web.yaml", &recipe, &err), -1);
    assert_error(err, ERROR_USAGE, "/base.yaml:1:9: ");
    put("web.yaml", "import: web.yaml\n");
    assert_int_equal(read_put("web.yaml", &recipe, &err), -1);
    assert_error(err, ERROR_USAGE, "web.yaml would import itself");

    for (int i = 0; i < 40; i++) {
        AUTO_FREE char *name = xasprintf("%d.yaml", i);
        AUTO_FREE char *text = xasprintf("import: %d.yaml\n", i + 1);
        put(name, text);
    }
    assert_int_equal(read_put("0.yaml", &recipe, &err), -1);
    assert_error(err, ERROR_USAGE, "/31.yaml:1:9: a recipe has at most 32 files");
    remove_scratch(scratch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(imports_come_first_and_are_weaker),
        cmocka_unit_test(mistakes_in_imports_name_their_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
