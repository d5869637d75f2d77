/* SPDX-License-Identifier: Apache-2.0 */
/* Plans: the table's rows agree with their manual and tests; steps are checked before any launch.
 */
#include "fsimage/customize.h"
#include "tests/unit/sample_archive.h"
#include "tests/unit/step_files.h"

#include <limits.h>
#include <sys/stat.h>

static void rows_are_complete_and_unique(void **state)
{
    (void)state;
    for (size_t i = 0; i < customize_op_count; i++) {
        const struct customize_op *op = &customize_ops[i];
        assert_ptr_equal(customize_op_find(op->name), op);
        assert_int_equal(!op->run, !!op->expand);
        assert_non_null(op->help);
        assert_false(ends_with(op->help, "."));
        assert_int_equal(!op->value_name, op->value == CUSTOMIZE_FLAG);
        assert_int_equal(op->value == CUSTOMIZE_PAIR, op->value_name &&
                                                          strchr(op->value_name, ':') &&
                                                          !strchr(op->value_name, '['));
        if (i > 0)
            assert_true(strcmp(customize_ops[i - 1].name, op->name) < 0);
        AUTO_STRINGS struct string_list names = { 0 };
        customize_op_parts(op, &names);
        assert_true(names.count <= CUSTOMIZE_PARTS_MAX);
    }
    assert_null(customize_op_find("no-such-operation"));
}

static void every_row_is_in_the_manual(void **state)
{
    (void)state;
    AUTO_FREE char *manual = source_text("forge/man/forge-customize.1.scd");
    for (size_t i = 0; i < customize_op_count; i++) {
        const struct customize_op *op = &customize_ops[i];
        AUTO_FREE char *entry = op->value_name
                                    ? xasprintf("\n*--%s* _%s_\n", op->name, op->value_name)
                                    : xasprintf("\n*--%s*\n", op->name);
        if (!strstr(manual, entry))
            fail_msg("forge-customize.1.scd lacks %s", entry);
    }
}

static void every_row_runs_in_a_guest_test(void **state)
{
    (void)state;
    static const char *const files[] = { "tests/guest/test_operations.c",
                                         "tests/guest/operations_archives.h",
                                         "tests/guest/operations_files.h",
                                         "tests/guest/operations_system.h" };
    AUTO_FREE char *tests = xstrdup("");
    for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
        AUTO_FREE char *text = source_text(files[i]);
        char *longer = xasprintf("%s%s", tests, text);
        free(tests);
        tests = longer;
    }
    for (size_t i = 0; i < customize_op_count; i++) {
        AUTO_FREE char *call = xasprintf("(\"%s\", ", customize_ops[i].name);
        if (!strstr(tests, call))
            fail_msg("no test under tests/guest runs %s", customize_ops[i].name);
    }
}

static void an_error_names_the_step_as_it_was_given(void **state)
{
    (void)state;
    struct error *err = NULL;
    AUTO_PLAN struct customize_plan plan = { 0 };
    assert_int_equal(customize_plan_add(&plan, "edit", "/a:s/\t(/x/", dir, "--edit", &err), -1);
    assert_true(starts_with(err->message, "--edit /a:s/ (/x/: the pattern"));
    assert_error(err, ERROR_USAGE, "closing parenthesis");
    assert_int_equal(customize_plan_add(&plan, "edit", "/a:s/(/x/", dir, "web.yaml:12:5", &err),
                     -1);
    assert_error(err, ERROR_USAGE, "web.yaml:12:5: edit: the pattern");
}

static void a_password_is_in_no_message_and_not_kept(void **state)
{
    (void)state;
    struct error *err = NULL;
    AUTO_PLAN struct customize_plan plan = { 0 };
    assert_int_equal(
        customize_plan_add(&plan, "root-password", "swordfish", dir, "--root-password", &err), -1);
    assert_null(strstr(err->message, "swordfish"));
    assert_error(err, ERROR_USAGE, "--root-password: the selector is");
    assert_ok(customize_plan_add(&plan, "root-password", "password:swordfish", dir, "--x", &err) ==
                  0,
              err);
    assert_string_equal(plan.steps[0].first, "");
}

static void only_packages_from_elsewhere_need_the_network(void **state)
{
    (void)state;
    static const struct {
        const char *name, *value;
        bool network;
    } steps[] = {
        { "uninstall", "nginx", false },     { "run-command", "true", false },
        { "install", "./file", false },      { "package-file", "file", false },
        { "install", "./file,nginx", true }, { "update", NULL, true },
    };
    AUTO_PLAN struct customize_plan plan = { 0 };
    assert_null(customize_plan_needs_network(&plan));
    for (size_t i = 0; i < ARRAY_SIZE(steps); i++) {
        struct error *err = NULL;
        assert_ok(customize_plan_add(&plan, steps[i].name, steps[i].value, dir, "x", &err) == 0,
                  err);
        assert_int_equal(customize_plan_needs_network(&plan) != NULL, steps[i].network);
    }
}

static void a_file_of_commands_is_read_at_its_place(void **state)
{
    (void)state;
    put("commands",
        "# comment\n\n  touch /a\npassword user:password:x\nedit /b:\\\n  s/x/y/\ncopy /c:/d",
        0600);
    struct error *err = NULL;
    AUTO_PLAN struct customize_plan plan = { 0 };
    assert_ok(customize_plan_add(&plan, "mkdir", "/first", dir, "--x", &err) == 0, err);
    assert_ok(customize_plan_add(&plan, "commands-from-file", "commands", dir, "--x", &err) == 0,
              err);
    assert_int_equal(plan.count, 5);
    assert_string_equal(plan.steps[1].first, "/a");
    assert_string_equal(plan.steps[1].origin, "commands:3");
    assert_string_equal(plan.steps[2].op->name, "password");
    assert_string_equal(plan.steps[3].second, "\n  s/x/y/");
    assert_string_equal(plan.steps[4].origin, "commands:7");
}

static void a_mistake_in_a_file_of_commands_is_told_by_its_line(void **state)
{
    (void)state;
    static const char *const bad[][2] = {
        { "touch /a\nwrte /b:x\n", "commands:2: unknown operation \"wrte\" (did you mean" },
        { "\nchmod \\\nx\n", "commands:2: chmod: the value is not of the form" },
        { "mkdir\n", "commands:1: mkdir: needs a value: DIR" },
        { "commands-from-file commands\n", "commands:1: a file of commands cannot name another" },
    };
    AUTO_PLAN struct customize_plan plan = { 0 };
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
        struct error *err = NULL;
        put("commands", bad[i][0], 0600);
        assert_int_equal(
            customize_plan_add(&plan, "commands-from-file", "commands", dir, "--x", &err), -1);
        assert_error(err, ERROR_USAGE, bad[i][1]);
        assert_int_equal(plan.count, 0);
    }
}

/* Nothing of a hostile archive goes in: it is refused before a launch. */
static void hostile_archives_are_refused(void **state)
{
    (void)state;
    AUTO_FREE char *deep = xcalloc(PATH_MAX + 1, 1);
    for (size_t i = 0; i < PATH_MAX; i++)
        deep[i] = i % 2 ? '/' : 'a';
    const struct {
        const char *path;
        unsigned type;
        const char *text, *reason;
    } bad[] = {
        { deep, AE_IFREG, "x", "longer than Linux takes" },
        { "/etc/passwd", AE_IFREG, "x", "\"/etc/passwd\" is absolute" },
        { "a/../../b", AE_IFREG, "x", "leads out" },
        { "link/file", AE_IFREG, "x", "\"link\", which is no directory" },
        { "hard", SAMPLE_HARD_LINK, "/etc/shadow", "an absolute path" },
        { "hard", SAMPLE_HARD_LINK, "../shadow", "leads out" },
        { "hard", SAMPLE_HARD_LINK, "nothing", "which is not there" },
        { ".", AE_IFREG, "x", "root is not a directory" },
    };
    AUTO_FREE char *path = path_join(dir, "hostile.tar");
    AUTO_PLAN struct customize_plan plan = { 0 };
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
        struct error *err = NULL;
        struct sample_archive archive = sample_archive_open(path);
        sample_archive_add(&archive, "link", AE_IFLNK, 0777, "/etc");
        sample_archive_add(&archive, bad[i].path, bad[i].type, 0644, bad[i].text);
        sample_archive_close(&archive);
        assert_int_equal(customize_plan_add(&plan, "tar-in", "hostile.tar:/srv", dir, "--x", &err),
                         -1);
        assert_error(err, ERROR_INVALID, bad[i].reason);
    }
    struct error *err = NULL; /* an mtree names files of this host: no archive */
    put("hostile.tar", "#mtree\n./a type=file contents=/etc/passwd\n", 0600);
    assert_int_equal(customize_plan_add(&plan, "tar-in", "hostile.tar:/srv", dir, "--x", &err), -1);
    assert_error(err, ERROR_INVALID, "nrecognized archive format");
}

static void plans_are_joined_in_order(void **state)
{
    (void)state;
    struct error *err = NULL;
    AUTO_PLAN struct customize_plan first = { 0 };
    AUTO_PLAN struct customize_plan second = { 0 };
    assert_ok(customize_plan_add(&first, "touch", "/a", NULL, "x", &err) == 0, err);
    assert_ok(customize_plan_add(&second, "touch", "/b", NULL, "x", &err) == 0, err);
    customize_plan_move(&first, &second);
    assert_int_equal(second.count, 0);
    assert_int_equal(first.count, 2);
    assert_string_equal(first.steps[1].first, "/b");
}

static int note_file(void *opaque, const struct customize_file *file, struct error **err)
{
    (void)err;
    assert_int_equal(access(file->path, R_OK), 0);
    string_list_take(opaque, xasprintf("%s %s", file->step->op->name, file->name));
    return 0;
}

static void the_files_of_a_plan_are_all_but_secrets(void **state)
{
    (void)state;
    static const char *const steps[][2] = {
        { "upload", "file:/etc/x" },
        { "run", "script" },
        { "copy-in", "tree:/opt" },
        { "install", "nginx,./file" },
        { "ssh-inject", "root:file:key.pub" },
        { "ssh-inject", "root:key:ssh-ed25519 AAAAC3NzaC1lZDI1 me" },
        { "root-password", "file:password" },
        { "write", "/etc/file:text" },
        { "package-file", "script" },
        { "user-add", "a:sudo,key=key.pub" },
        { "apt-source", "a:new.sources" },
    };
    static const char *const expected[] = { "upload file",        "run script",
                                            "copy-in tree/inner", "install ./file",
                                            "ssh-inject key.pub", "package-file script",
                                            "user-add key.pub",   "apt-source new.sources",
                                            "apt-source apt.asc" };
    struct error *err = NULL;
    AUTO_PLAN struct customize_plan plan = { 0 };
    AUTO_STRINGS struct string_list found = { 0 };
    for (size_t i = 0; i < ARRAY_SIZE(steps); i++)
        assert_ok(customize_plan_add(&plan, steps[i][0], steps[i][1], dir, "x", &err) == 0, err);
    assert_ok(customize_plan_files(&plan, note_file, &found, &err) == 0, err);
    assert_int_equal(found.count, ARRAY_SIZE(expected));
    for (size_t i = 0; i < ARRAY_SIZE(expected); i++)
        assert_string_equal(found.items[i], expected[i]);
}

static void a_value_is_told_whole_unless_it_is_secret(void **state)
{
    (void)state;
    struct error *err = NULL;
    AUTO_PLAN struct customize_plan plan = { 0 };
    AUTO_FREE char *command = xasprintf("echo %0200d", 7);
    assert_ok(customize_plan_add(&plan, "run-command", command, dir, "x", &err) == 0, err);
    assert_ok(customize_plan_add(&plan, "install", "b,a", dir, "x", &err) == 0, err);
    assert_ok(customize_plan_add(&plan, "root-password", "password:x", dir, "x", &err) == 0, err);
    AUTO_FREE char *first = customize_step_value(&plan.steps[0]);
    AUTO_FREE char *second = customize_step_value(&plan.steps[1]);
    assert_string_equal(first, command);
    assert_string_equal(second, "b,a");
    assert_null(customize_step_value(&plan.steps[2]));
    assert_ok(customize_plan_add(&plan, "user-add", "a:sudo,uid=9", dir, "x", &err) == 0, err);
    AUTO_FREE char *fourth = customize_step_value(&plan.steps[3]);
    assert_string_equal(fourth, "a:sudo,uid=9");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_files_of_a_plan_are_all_but_secrets),
        cmocka_unit_test(a_value_is_told_whole_unless_it_is_secret),
        cmocka_unit_test(rows_are_complete_and_unique),
        cmocka_unit_test(every_row_is_in_the_manual),
        cmocka_unit_test(every_row_runs_in_a_guest_test),
        cmocka_unit_test(an_error_names_the_step_as_it_was_given),
        cmocka_unit_test(a_password_is_in_no_message_and_not_kept),
        cmocka_unit_test(only_packages_from_elsewhere_need_the_network),
        cmocka_unit_test(a_file_of_commands_is_read_at_its_place),
        cmocka_unit_test(a_mistake_in_a_file_of_commands_is_told_by_its_line),
        cmocka_unit_test(hostile_archives_are_refused),
        cmocka_unit_test(plans_are_joined_in_order),
    };
    return cmocka_run_group_tests(tests, make_files, remove_files);
}
