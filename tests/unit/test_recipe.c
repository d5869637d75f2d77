/* SPDX-License-Identifier: Apache-2.0 */
/* Recipes: what good ones mean, and where bad ones go wrong. */
#include "forge/base/redact.h"
#include "tests/unit/recipe_text.h"

#include <sys/stat.h>

static void assert_setting(const struct recipe *recipe, size_t at, enum recipe_section section,
                           const char *key, const char *value, const char *origin)
{
    assert_true(at < recipe->count);
    assert_int_equal(recipe->settings[at].section, section);
    assert_string_equal(recipe->settings[at].key, key);
    assert_string_equal(recipe->settings[at].values.items[0], value);
    AUTO_FREE char *place = recipe_place_text(&recipe->settings[at].place);
    assert_string_equal(place, origin);
}

static void image_steps_and_settings_are_read_in_order(void **state)
{
    (void)state;
    struct error *err = NULL;
    AUTO_RECIPE struct recipe recipe = { 0 };
    assert_ok(parse("# a build\n"
                    "image: base.qcow2\n"
                    "network: true\n"
                    "memsize: 768\n"
                    "steps:\n"
                    "  - hostname: web\n"
                    "  - edit: /etc/a:s/x/y:z/\n"
                    "bundle:\n"
                    "  user: 012345678901\n"
                    "  productcodes: [a, b]\n",
                    &recipe, &err) == 0,
              err);
    assert_string_equal(recipe.image, "dir/base.qcow2");
    assert_int_equal(recipe.count, 4);
    assert_setting(&recipe, 0, RECIPE_SESSION, "network", "true", "dir/web.yaml:3:1");
    assert_setting(&recipe, 1, RECIPE_SESSION, "memsize", "768", "dir/web.yaml:4:1");
    assert_setting(&recipe, 2, RECIPE_BUNDLE, "user", "012345678901", "dir/web.yaml:9:3");
    assert_setting(&recipe, 3, RECIPE_BUNDLE, "productcodes", "a", "dir/web.yaml:10:3");
    assert_int_equal(recipe.settings[3].values.count, 2);
    assert_int_equal(recipe.plan.count, 2);
    assert_string_equal(recipe.plan.steps[0].op->name, "hostname");
    assert_string_equal(recipe.plan.steps[0].origin, "dir/web.yaml:6:5");
    assert_string_equal(recipe.plan.steps[1].second, "s/x/y:z/");
}

static void an_image_may_have_a_format(void **state)
{
    (void)state;
    struct error *err = NULL;
    AUTO_RECIPE struct recipe recipe = { 0 };
    assert_ok(parse("image: {path: /x/base.img, format: raw}\n", &recipe, &err) == 0, err);
    assert_string_equal(recipe.image, "/x/base.img");
    assert_setting(&recipe, 0, RECIPE_SESSION, "format", "raw", "dir/web.yaml:1:28");
}

static void values_of_two_parts_and_lists_have_forms_of_their_own(void **state)
{
    (void)state;
    struct error *err = NULL;
    AUTO_RECIPE struct recipe recipe = { 0 };
    assert_ok(parse("steps:\n"
                    "- write: {file: /etc/motd, content: \"a: b\\n\"}\n"
                    "- write:\n"
                    "    content: ''\n"
                    "    file: /etc/empty\n"
                    "- chown: {owner: '1:2', path: /etc/motd}\n"
                    "- install: [nginx, curl]\n"
                    "- install: vim, less\n",
                    &recipe, &err) == 0,
              err);
    assert_int_equal(recipe.plan.count, 5);
    const struct customize_step *steps = recipe.plan.steps;
    assert_string_equal(steps[0].first, "/etc/motd");
    assert_string_equal(steps[0].second, "a: b\n");
    assert_string_equal(steps[1].second, "");
    assert_string_equal(steps[2].first, "1:2");
    assert_string_equal(steps[2].second, "/etc/motd");
    assert_string_equal(steps[3].items.items[1], "curl");
    assert_string_equal(steps[4].items.items[1], "less");
    assert_string_equal(customize_plan_needs_network(&recipe.plan)->op->name, "install");
}

static void a_mapping_may_say_mode_and_owner(void **state)
{
    (void)state;
    struct error *err = NULL;
    AUTO_RECIPE struct recipe recipe = { 0 };
    assert_ok(parse("steps:\n"
                    "- write: {file: '/a:b', content: c, mode: 0640, owner: root:adm}\n"
                    "- mkdir: {dir: /srv, owner: www-data}\n"
                    "- mkdir: /opt\n",
                    &recipe, &err) == 0,
              err);
    const struct customize_step *steps = recipe.plan.steps;
    assert_string_equal(steps[0].first, "/a:b");
    assert_string_equal(steps[0].mode, "0640");
    assert_string_equal(steps[0].owner, "root:adm");
    assert_string_equal(steps[1].first, "/srv");
    assert_null(steps[1].mode);
    assert_string_equal(steps[1].owner, "www-data");
    assert_null(steps[2].owner);
}

static void local_paths_start_at_the_recipe(void **state)
{
    (void)state;
    struct error *err = NULL;
    char *dir = make_scratch();
    AUTO_FREE char *path = path_join(dir, "web.yaml");
    AUTO_FREE char *file = path_join(dir, "site.conf");
    fclose(fopen(file, "w"));
    FILE *recipe_file = fopen(path, "w");
    fputs("steps: [upload: site.conf:/etc/site.conf]\n", recipe_file);
    fclose(recipe_file);
    AUTO_RECIPE struct recipe recipe = { 0 };
    assert_ok(recipe_read(path, keys, NULL, &recipe, &err) == 0, err);
    assert_string_equal(recipe.plan.steps[0].base_dir, dir);
    unlink(file);
    recipe_clear(&recipe);
    assert_ok(recipe_read(path, keys, NULL, &recipe, &err) == 0, err);
    assert_int_equal(recipe_faults_verdict(&recipe.faults, &err), -1);
    assert_non_null(strstr(err->message, "web.yaml:1:17: upload: opening"));
    assert_error(err, ERROR_USAGE, "No such file");
    recipe_clear(&recipe);
    assert_int_equal(recipe_read(file, keys, NULL, &recipe, &err), -1);
    assert_error(err, ERROR_USAGE, "site.conf: No such file");
    remove_scratch(dir);
}

static void mistakes_have_a_position_and_a_suggestion(void **state)
{
    (void)state;
    static const char *const bad[][2] = {
        { "", "1:1: the file is empty" },
        { "just text\n", "1:1: a recipe has keys" },
        { "[a]\n", "1:1: a recipe has keys" },
        { "netwrok: true\n", "1:1: unknown key \"netwrok\" (did you mean \"network\"?)" },
        { "step:\n- a\n", "1:1: unknown key \"step\" (did you mean \"steps\"?)" },
        { "bundle:\n  usr: 1\n", "2:3: unknown key \"usr\" (did you mean \"user\"?)" },
        { "bundle: yes\n", "1:9: keys with values" },
        { "user: 1\n", "1:1: unknown key \"user\"" },
        { "network:\n", "\"network\" wants a value" },
        { "network: {a: b}\n", "1:10: \"network\" wants a value" },
        { "memsize: [[1]]\n", "1:11: \"memsize\" wants a value" },
        { "network: true\nnetwork: false\n", "2:1: the key \"network\" is already in line 1" },
        { "format: raw\nimage: {path: x, format: raw}\n", "2:18: \"format\" is already set" },
        { "image: {format: raw}\n", "1:1: \"image\" has no \"path\"" },
        { "image: {path: x, fromat: raw}\n", "1:18: unknown key \"fromat\"" },
        { "image: [a]\n", "1:8: \"image\" wants a value" },
        { "steps:\n  hostname: web\n", "2:3: \"steps\" is a list" },
        { "steps:\n- hostnam: web\n", "2:3: unknown operation \"hostnam\" (did you mean "
                                      "\"hostname\"?)" },
        { "steps:\n- zzzzzzzz\n", "2:3: unknown operation \"zzzzzzzz\"" },
        { "steps:\n- hostname\n", "2:3: \"hostname\" wants a value: NAME" },
        { "steps:\n- hostname:\n", "\"hostname\" wants a value: NAME" },
        { "steps:\n- hostname: [a]\n", "2:13: \"hostname\" wants a value: NAME" },
        { "steps:\n- hostname: a b\n", "2:13: hostname: a hostname has" },
        { "steps:\n- hostname: a\n  touch: /b\n", "2:3: a step is one operation" },
        { "steps:\n- [a]\n", "2:3: a step is one operation" },
        { "steps:\n- write: {file: /a}\n", "2:10: \"write\" wants content:" },
        { "steps:\n- write: {file: [a], content: b}\n", "2:17: \"write\" wants file:" },
        { "steps:\n- write: {file: '', content: b}\n", "2:17: write: needs a value" },
        { "steps:\n- write: {file: /a, content: b, mode: 0999}\n",
          "2:39: write: the mode is octal" },
        { "steps:\n- write: {file: /a, content: b, owner: 'a:'}\n", "2:40: write: the owner is" },
        { "steps:\n- chmod: {mode: 1, path: /a, owner: b}\n", "2:30: unknown key \"owner\"" },
        { "steps:\n- mkdir: {dir: /a, owner: 'a:'}\n", "2:27: mkdir: the owner is" },
        { "steps:\n- mkdir: {dir: a, mode: 0755}\n", "2:16: mkdir: \"a\" is not an absolute" },
        { "steps:\n- chmod: {mode: 0999, path: /a}\n", "2:17: chmod: the mode is octal" },
        { "steps:\n- timezone: {zone: a}\n", "2:13: \"timezone\" wants a value: ZONE" },
        { "steps:\n- hostname:web\n", "2:3: a step is one operation" },
        { "steps:\n- write: {fle: /a, content: b}\n", "2:11: unknown key \"fle\" (did you mean "
                                                      "\"file\"?)" },
        { "steps:\n- edit: '/a:s/(/b/'\n", "2:9: edit: the pattern" },
        { "a: b: c\n", "1:5: mapping values are not allowed" },
        { "image: \"x\n", "found unexpected end of stream" },
        { "image: x\n\ty: z\n", "2:1: found a tab character" },
        { "image: &a x\n", "1:8: anchors are not available" },
        { "image: *a\n", "1:8: aliases are not available" },
        { "image: !!str x\n", "1:8: tags are not available" },
        { "image: \"a\\0b\"\n", "1:8: the text has a NUL character" },
        { "image: x\n---\nimage: y\n", "the file is more than one document" },
        { "? [a]\n: b\n", "1:3: a key is a word" },
        { "image: \xff\xfe\n", "web.yaml:1:" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
        struct error *err = NULL;
        AUTO_RECIPE struct recipe recipe = { 0 };
        if (parse(bad[i][0], &recipe, &err) == 0)
            fail_msg("accepted: %s", bad[i][0]);
        if (!starts_with(err->message, "dir/web.yaml:"))
            fail_msg("no position: %s", err->message);
        assert_error(err, ERROR_USAGE, bad[i][1]);
    }
}

/* How often TEXT is in the message of a recipe's faults. */
static size_t count_in(const char *message, const char *text)
{
    size_t count = 0;
    for (const char *at = message; (at = strstr(at, text)); at += strlen(text))
        count++;
    return count;
}

static void all_mistakes_are_told_at_once_in_their_order(void **state)
{
    (void)state;
    struct error *err = NULL;
    AUTO_RECIPE struct recipe recipe = { 0 };
    assert_int_equal(parse("steps:\n"
                           "  - hostnam: web\n"
                           "  - touch: etc\n"
                           "image: &x [a]\n"
                           "steps: twice\n"
                           "netwrk: true\n",
                           &recipe, &err),
                     -1);
    assert_int_equal(recipe.faults.count, 6);
    static const char *const places[] = { "6 mistakes", ":2:5: ", ":3:12: ", ":4:8: ",
                                          ":4:8: ",     ":5:1: ", ":6:1: " };
    const char *at = err->message;
    for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
        at = strstr(at, places[i]);
        assert_non_null(at++);
    }
    assert_int_equal(count_in(err->message, "dir/web.yaml:"), 6);
    assert_error(err, ERROR_USAGE,
                 ":3:12: touch: \"etc\" is not an absolute path in the guest\n"
                 "      - touch: etc\n"
                 "               ^");
}

static void mistakes_without_end_are_counted_only(void **state)
{
    (void)state;
    struct error *err = NULL;
    AUTO_RECIPE struct recipe recipe = { 0 };
    AUTO_FREE char *text = xstrdup("steps:\n");
    for (size_t i = 0; i < 500; i++) {
        char *longer = xasprintf("%s- x\n", text);
        free(text);
        text = longer;
    }
    assert_int_equal(parse(text, &recipe, &err), -1);
    assert_int_equal(count_in(err->message, "dir/web.yaml:"), 100);
    assert_true(ends_with(err->message, "\nand 400 more, which are not shown"));
    assert_error(err, ERROR_USAGE, "the recipe has 500 mistakes");
}

/* The excerpt is about the right character, whatever stands around it. */
static void an_excerpt_is_one_line_with_a_caret(void **state)
{
    (void)state;
    static const char *const texts[][2] = {
        { "steps:\r\n- touch: etc\r\n", "\n    - touch: etc\n             ^" },
        { "steps:\xe2\x80\xa8- touch: etc\n", "\n    - touch: etc\n             ^" },
        { "# \xc3\xa4\nsteps: [{mkdir: /\xc3\xb6}, touch: etc]\n",
          "\n    steps: [{mkdir: /\xc3\xb6}, touch: etc]\n                                ^" },
        { "tmpdir: [x, [y]]", "\n    tmpdir: [x, [y]]\n                ^" },
        { "steps: [{mkdir: /a}, {mkdir: /b}, {mkdir: /c}, {mkdir: /d}, {mkdir: /e}, {touch: x}, "
          "{mkdir: /f}, {mkdir: /g}, {mkdir: /h}, {mkdir: /i}, {mkdir: /j}, {mkdir: /k}]\n",
          "\n    {mkdir: /b}, {mkdir: /c}, {mkdir: /d}, {mkdir: /e}, {touch: x}, {mkdir: /f}, "
          "{mkdir: /g}, {mkdir: /h\n    "
          "                                                            ^" },
        { "image:", "1:7: \"image\" wants a value, a text" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
        struct error *err = NULL;
        AUTO_RECIPE struct recipe recipe = { 0 };
        assert_int_equal(parse(texts[i][0], &recipe, &err), -1);
        assert_error(err, ERROR_USAGE, texts[i][1]);
    }
}

static void depth_and_size_are_bounded(void **state)
{
    (void)state;
    struct error *err = NULL;
    AUTO_RECIPE struct recipe recipe = { 0 };
    char deep[4001] = { 0 };
    memset(deep, '[', sizeof(deep) - 1);
    assert_int_equal(parse(deep, &recipe, &err), -1);
    assert_error(err, ERROR_USAGE, "too many levels");

    char *dir = make_scratch();
    AUTO_FREE char *path = path_join(dir, "large.yaml");
    fclose(fopen(path, "w"));
    assert_int_equal(truncate(path, (1 << 20) + 1), 0);
    recipe_clear(&recipe);
    assert_int_equal(recipe_read(path, keys, NULL, &recipe, &err), -1);
    assert_error(err, ERROR_USAGE, "at most 1 MiB");
    assert_int_equal(recipe_read("/dev/null", keys, NULL, &recipe, &err), -1);
    assert_error(err, ERROR_USAGE, "not a file");
    remove_scratch(dir);
}

static void a_secret_is_in_no_message(void **state)
{
    (void)state;
    static const char *const bad[][2] = {
        { "steps:\n- root-password: swordfish\n", "2:18: root-password: the selector is" },
        { "steps:\n- root-pasword: swordfish\n", "2:3: unknown operation" },
        { "steps:\n- root-password:swordfish\n", "\n    - ***\n      ^" },
        { "steps:\n- root-password swordfish\n", "2:3: a step is one operation" },
        { "steps:\n- {root-password: swordfish, touch: a}\n", "{root-password: ***, touch: a}" },
        { "steps: [root-password: swordfish, tuch: swordfish]\n",
          "\n    steps: [root-password: ***, tuch: ***]\n                                ^" },
        { "steps:\n- {touch: /a, touch: swordfish}\n", "touch: ***" },
        { "steps: {root-password: swordfish}\n", "\"steps\" is a list" },
        { "steps: root-password swordfish\n", "\n    steps: ***\n           ^" },
        { "steps: [[root-password: swordfish]]\n", "\n    steps: [***]\n            ^" },
        { "steps:\n- root-password: [swordfish]\n", "root-password: ***" },
        { "steps:\n- root-password: {a: swordfish}\n", "root-password: ***" },
        { "- root-password: swordfish\n", "a recipe has keys" },
        { "steps:\n- root-password: \"swordfish\n", "unexpected end" },
        { "steps:\n- root-password: swordfish: x\n", "mapping values are not allowed" },
        { "bundle: {passphrase: swordfish, usr: 1}\n", "{passphrase: ***, usr: ***}" },
        { "bundle: {passphras: swordfish}\n", "{passphras: ***}" },
        { "bundle: [passphrase: swordfish]\n", "\n    bundle: ***\n            ^" },
        { "vars: {pin: {text: swordfish}}\n", "\n    vars: {pin: ***}\n                ^" },
        { "vars: {pin: {env: [swordfish]}}\n", "a secret is given as {env: NAME}" },
        { "# \xff\n- root-password: swordfish\n", "at byte" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
        struct error *err = NULL;
        AUTO_RECIPE struct recipe recipe = { 0 };
        assert_int_equal(parse(bad[i][0], &recipe, &err), -1);
        if (strstr(err->message, "swordfish"))
            fail_msg("told: %s", err->message);
        assert_error(err, ERROR_USAGE, bad[i][1]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(image_steps_and_settings_are_read_in_order),
        cmocka_unit_test(an_image_may_have_a_format),
        cmocka_unit_test(values_of_two_parts_and_lists_have_forms_of_their_own),
        cmocka_unit_test(a_mapping_may_say_mode_and_owner),
        cmocka_unit_test(local_paths_start_at_the_recipe),
        cmocka_unit_test(mistakes_have_a_position_and_a_suggestion),
        cmocka_unit_test(all_mistakes_are_told_at_once_in_their_order),
        cmocka_unit_test(mistakes_without_end_are_counted_only),
        cmocka_unit_test(an_excerpt_is_one_line_with_a_caret),
        cmocka_unit_test(depth_and_size_are_bounded),
        cmocka_unit_test(a_secret_is_in_no_message),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
