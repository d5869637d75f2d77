/* SPDX-License-Identifier: Apache-2.0 */
/* Plans: the table's rows agree with their manual and tests; steps are checked before any launch.
 */
#include "fsimage/customize.h"
#include "fsimage/ops/content.h"
#include "tests/unit/check.h"
#include "tests/unit/sample_archive.h"

#include <limits.h>
#include <sys/stat.h>

static char *dir; /* with "file", "script" (executable), "key.pub", "tree/" */

static void put(const char *name, const char *text, mode_t mode)
{
    AUTO_FREE char *path = path_join(dir, name);
    FILE *file = fopen(path, "w");
    fputs(text, file);
    fclose(file);
    chmod(path, mode);
}

static int make_files(void **state)
{
    (void)state;
    dir = make_scratch();
    AUTO_FREE char *tree = path_join(dir, "tree");
    mkdir(tree, 0700);
    put("file", "text\n", 0600);
    put("script", "#!/bin/sh\n", 0700);
    put("empty", "", 0600);
    put("password", "hunter2\nsecond line\n", 0600);
    put("key.pub", "ssh-ed25519 AAAAC3NzaC1lZDI1 me\n", 0600);
    put("tree/inner", "x", 0600);
    put("ca.pem", "-----BEGIN CERTIFICATE-----\nMII=\n-----END CERTIFICATE-----\n", 0600);
    put("keyed.pem",
        "-----BEGIN PRIVATE KEY-----\n-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n",
        0600);
    put("apt.asc", "-----BEGIN PGP PUBLIC KEY BLOCK-----\n", 0600);
    put("apt.gpg", "\x99\x01", 0600);
    put("secret.gpg", "\x95\x03", 0600);
    put("new.sources", "Types: deb\nURIs: http://host/\nSigned-By: apt.asc\n", 0600);
    return 0;
}

static int remove_files(void **state)
{
    (void)state;
    remove_scratch(dir);
    return 0;
}

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

static void good_values_are_accepted(void **state)
{
    (void)state;
    static const char *const good[][2] = {
        { "hostname", "web-1.example.com" },
        { "timezone", "Europe/London" },
        { "timezone", "Etc/GMT+1" },
        { "write", "/etc/motd:" },
        { "write", "/etc/motd:a:b\nc" },
        { "append-line", "/etc/hosts:::1 x" },
        { "upload", "file:/etc/file" },
        { "copy-in", "tree:/srv" },
        { "copy-in", "tree/:/srv" },
        { "copy-in", "file:/srv" },
        { "mkdir", "/a/b" },
        { "delete", "/var/log/*.log" },
        { "chmod", "0755:/a" },
        { "chmod", "4755:/a:b" },
        { "chown", "0:0:/a" },
        { "chown", "0.0:/a" },
        { "chown", "root:/a" },
        { "chown", "www-data:adm:/a" },
        { "link", "../x:/a:/b" },
        { "edit", "/a:s/x/y:z/g" },
        { "edit", "/a:$_ = uc" },
        { "run-command", "echo a:b" },
        { "run", "script" },
        { "install", "nginx, gcc-12,g++,libc6:amd64,vim=2:9.0" },
        { "install", "./file" },
        { "uninstall", "nginx" },
        { "kernel-cmdline", "console=ttyS0,115200 -quiet" },
        { "install", "@Xfce Desktop" },
        { "package-file", "file,./script" },
        { "firstboot", "script" },
        { "firstboot-command", "echo it's a:b" },
        { "firstboot-install", "nginx,vim" },
        { "service", "enable:ssh.service" },
        { "service", "mask:getty@tty1" },
        { "user-add", "deploy" },
        { "user-add", "deploy:uid=2000,groups=adm+sudo,shell=/bin/sh,home=/srv/d,comment=A b,"
                      "system,sudo,key=key.pub" },
        { "user-add", "deploy:group=www,no-home,no-user-group,no-log-init,existing" },
        { "group-add", "web" },
        { "group-add", "web:deploy, www-data" },
        { "ntp", "time.example.com,pool:0.debian.pool.ntp.org,2001:db8::1" },
        { "cloud-seed", "file" },
        { "ca-cert", "ca.pem" },
        { "ca-cert", "-----BEGIN CERTIFICATE-----\nMII=\n-----END CERTIFICATE-----" },
        { "root-password", "hash:$6$salt$0123456789abcdef/." },
        { "root-password", "locked:hash:$y$j9T$a$b" },
        { "apt-source", "one:deb http://host/debian bookworm main" },
        { "apt-source", "flat:deb-src [trusted=yes] http://host/ ./" },
        { "apt-source", "two:deb [arch=amd64 signed-by=apt.asc] https://host/debian stable main" },
        { "apt-source", "theirs:deb [signed-by=/usr/share/keyrings/a.gpg] https://host/ stable x" },
        { "apt-source", "new:new.sources" },
        { "apt-source", "old:deb [signed-by=apt.gpg] https://host/ stable x" },
        { "root-password", "password:hunter2" },
        { "root-password", "file:password" },
        { "root-password", "locked:file:password" },
        { "root-password", "random" },
        { "root-password", "locked:random" },
        { "root-password", "locked" },
        { "root-password", "disabled" },
        { "root-password", "locked:disabled" },
        { "password", "user:password:a:b" },
        { "copy", "/a:/b:c" },
        { "move", "/a:/b" },
        { "scrub", "/a" },
        { "truncate-recursive", "/var/log" },
        { "ssh-inject", "root:file:key.pub" },
        { "ssh-inject", "user:key:ssh-rsa AAAAB3NzaC1yc2E me" },
        { "ssh-inject", "user:string:ssh-rsa AAAAB3NzaC1yc2E me" },
        { "touch", "/a" },
        { "truncate", "/a" },
    };
    AUTO_PLAN struct customize_plan plan = { 0 };
    for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
        struct error *err = NULL;
        if (customize_plan_add(&plan, good[i][0], good[i][1], dir, "--x", &err))
            fail_msg("%s %s: %s", good[i][0], good[i][1], err->message);
    }
    assert_int_equal(plan.count, ARRAY_SIZE(good));
}

/* OP with its value's FIRST and SECOND part, and one SETTING of its mapping. */
static int add_with_setting(struct customize_plan *plan, const char *name, const char *first,
                            const char *second, const char *setting, const char *value,
                            struct error **err)
{
    const struct customize_op *op = customize_op_find(name);
    AUTO_STRINGS struct string_list names = { 0 };
    size_t own = customize_op_parts(op, &names);
    const char *texts[CUSTOMIZE_PARTS_MAX] = { first };
    if (own > 1)
        texts[1] = second;
    assert_true(string_list_contains(&names, setting));
    for (size_t i = 0; i < names.count; i++)
        if (strcmp(names.items[i], setting) == 0)
            texts[i] = value;
    return customize_plan_add_parts(plan, op, texts, dir, "web.yaml:1:1", err);
}

static void a_mapping_may_give_settings(void **state)
{
    (void)state;
    static const char *const good[][5] = {
        { "write", "/a", "aGkK", "encoding", "base64" },
        { "write", "/a", "H4sIAAAAAAAAA8vI5AIAenpv7QMAAAA=", "encoding",
          "gzip+base64" },                                                            /* "hi\n" */
        { "write", "/a", "H4sIAAAAAAAAAwMAAAAAAAAAAAA=", "encoding", "gzip+base64" }, /* "" */
        { "write", "/a", "b", "append", "true" },
        { "hostname", "web", NULL, "fqdn", "web.example.com" },
        { "user-add", "a", NULL, "comment", "One, Two" },
        { "user-add", "a", NULL, "existing", "true" },
        { "user-add", "a", NULL, "group", "www" },
        { "user-add", "a", NULL, "groups", "adm+sudo" },
        { "user-add", "a", NULL, "home", "/srv" },
        { "user-add", "a", NULL, "key", "key.pub" },
        { "user-add", "a", NULL, "no-home", "false" },
        { "user-add", "a", NULL, "no-log-init", "true" },
        { "user-add", "a", NULL, "no-user-group", "true" },
        { "user-add", "a", NULL, "shell", "/bin/sh" },
        { "user-add", "a", NULL, "sudo", "true" },
        { "user-add", "a", NULL, "system", "true" },
        { "user-add", "a", NULL, "uid", "1000" },
    };
    static const char *const bad[][6] = {
        { "write", "/a", "aGk", "encoding", "base64", "not in base 64" },
        { "write", "/a", "aGkK", "encoding", "gzip+base64", "not in gzip" },
        { "write", "/a", "H4sIAAAAAAAAA8vI5A==", "encoding", "gzip+base64", "not in gzip" },
        { "write", "/a", "aGkK", "encoding", "rot13", "base64 or gzip+base64" },
        { "write", "/a", "b", "append", "maybe", "true or false" },
        { "hostname", "web", NULL, "fqdn", "a b", "letters, digits" },
        { "user-add", "a", NULL, "sudo", "yes", "takes no value" },
        { "user-add", "a", NULL, "uid", "x", "not a user id" },
    };
    AUTO_PLAN struct customize_plan plan = { 0 };
    for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
        struct error *err = NULL;
        const char *const *row = good[i];
        if (add_with_setting(&plan, row[0], row[1], row[2], row[3], row[4], &err))
            fail_msg("%s, %s=%s: %s", row[0], row[3], row[4], err->message);
        assert_string_equal(customize_step_setting(&plan.steps[i], row[3]), row[4]);
    }
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
        struct error *err = NULL;
        const char *const *row = bad[i];
        assert_int_equal(add_with_setting(&plan, row[0], row[1], row[2], row[3], row[4], &err), -1);
        assert_error(err, ERROR_USAGE, row[5]);
    }
}

static void a_packed_file_is_unpacked_once(void **state)
{
    (void)state;
    static const unsigned char hi[] = { 0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00,
                                        0x02, 0x03, 0xcb, 0xc8, 0xe4, 0x02, 0x00, 0x7a,
                                        0x7a, 0x6f, 0xed, 0x03, 0x00, 0x00, 0x00 };
    size_t length;
    struct error *err = NULL;
    AUTO_FREE char *bytes = content_decode("H4sIAAAAAAACA5Pv5mAAASbm0yeeMDFUVeW/ZQZyAeiYVUoXAAAA",
                                           "gzip+base64", &length, &err);
    assert_ok(bytes, err);
    assert_int_equal(length, sizeof(hi));
    assert_memory_equal(bytes, hi, sizeof(hi));
}

static void bad_values_are_usage_errors_that_say_why(void **state)
{
    (void)state;
    static const char *const bad[][3] = {
        { "hostnam", "x", "unknown operation \"hostnam\" (did you mean \"hostname\"?)" },
        { "hostname", "", "needs a value: NAME" },
        { "hostname", "a b", "letters, digits" },
        { "hostname", "-a", "letters, digits" },
        { "hostname", "a-", "letters, digits" },
        { "hostname", "a..b", "letters, digits" },
        { "hostname", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
          "at most 64" },
        { "timezone", "../../etc/passwd", "such as Europe/London" },
        { "timezone", "/x", "such as Europe/London" },
        { "write", "/etc/motd", "not of the form FILE:CONTENT" },
        { "write", ":x", "not of the form FILE:CONTENT" },
        { "write", "etc/motd:x", "not an absolute path" },
        { "upload", "missing:/a", "missing: No such file" },
        { "upload", "tree:/a", "not a regular file" },
        { "upload", "file:a", "not an absolute path" },
        { "copy-in", "missing:/a", "No such file" },
        { "mkdir", "a", "not an absolute path" },
        { "mkdir", "/a\nb", "control character" },
        { "delete", "/", "root directory" },
        { "delete", "//./..", "root directory" },
        { "chmod", "u+x:/a", "octal" },
        { "chmod", "0888:/a", "octal" },
        { "chmod", "17777:/a", "octal" },
        { "chown", "0:0:a", "not an absolute path" },
        { "chown", ".0:/a", "UID:GID" },
        { "chown", "99999999999:/a", "too large" },
        { "link", "x:", "no link" },
        { "link", "x:a", "not an absolute path" },
        { "edit", "/a:s/(/x/", "closing parenthesis" },
        { "edit", "/a:", "empty" },
        { "run", "missing", "No such file" },
        { "run", "tree", "not a regular file" },
        { "install", ",", "list is empty" },
        { "install", "-o,x", "not the name of a package" },
        { "install", "a b", "not the name of a package" },
        { "install", "$(id)", "not the name of a package" },
        { "install", "./missing.deb", "No such file" },
        { "package-file", "missing.rpm", "No such file" },
        { "kernel-cmdline", "a=$(b)", "no quotes and nothing" },
        { "kernel-cmdline", " ", "no argument" },
        { "kernel-cmdline", "a -", "stands before an argument" },
        { "firstboot", "missing", "No such file" },
        { "firstboot-install", "./file", "not the name of a package" },
        { "service", "start:ssh", "not enable, disable or mask" },
        { "service", "enable:--now", "not the name of a service" },
        { "service", "enable:../x", "not the name of a service" },
        { "user-add", "-x", "name of a user" },
        { "user-add", ":sudo", "name of a user" },
        { "user-add", "a:admin", "is none of uid=N" },
        { "user-add", "a:uid=0", "not a user id" },
        { "user-add", "a:uid", "\"uid\" needs a value" },
        { "user-add", "a:sudo=yes", "\"sudo\" takes no value" },
        { "user-add", "a:groups=-x", "not the name of a group" },
        { "user-add", "a:shell=sh", "not an absolute path" },
        { "user-add", "a:comment=x:y", "colon" },
        { "user-add", "a:key=file", "file: that is not an SSH public key" },
        { "user-add", "a:group=-x", "not the name of a group" },
        { "group-add", "-x", "name of a group" },
        { "group-add", "a:b,-c", "\"-c\" is not the name of a user" },
        { "ntp", "a b", "not the name of a server" },
        { "ntp", "pool:-x", "not the name of a server" },
        { "cloud-seed", "missing", "No such file" },
        { "root-password", "hash:secret", "not a hash" },
        { "root-password", "hash:$6$a:b", "not a hash" },
        { "ca-cert", "-----BEGIN CERTIFICATE-----\nMII=\n", "holds no certificate" },
        { "ca-cert", "file", "holds no certificate" },
        { "ca-cert", "keyed.pem", "holds a private key" },
        { "apt-source", "a.b:deb http://host/ x y", "letters, digits" },
        { "apt-source", "a:http://host/ bookworm main", "an address alone is no source" },
        { "apt-source", "a:deb bookworm main", "not of the form deb URI" },
        { "apt-source", "a:deb http://host/ bookworm", "not of the form deb URI" },
        { "apt-source", "a:deb [signed-by=apt.asc http://host/ a b", "no \"]\"" },
        { "apt-source", "a:deb [signed-by=missing] http://host/ a b", "No such file" },
        { "apt-source", "a:deb [signed-by=file] http://host/ a b", "not a public key of OpenPGP" },
        { "apt-source", "a:deb [signed-by=secret.gpg] http://host/ a b", "not a public key of" },
        { "apt-source", "a:file", "no source of apt" },
        { "uninstall", "./file", "not the name of a package" },
        { "root-password", "hunter2", "the selector is" },
        { "root-password", "password:", "password is empty" },
        { "root-password", "file:missing", "No such file" },
        { "root-password", "file:empty", "password is empty" },
        { "root-password", "env:FORGE_TEST_NOT_SET", "not set" },
        { "root-password", "locked:locked", "the selector is" },
        { "password", "user", "not of the form USER:SELECTOR" },
        { "password", "user:hunter2", "the selector is" },
        { "password", "a/b:random", "name of a user" },
        { "copy", "/a", "not of the form SOURCE:DEST" },
        { "copy", "/a:b", "not an absolute path" },
        { "move", "a:/b", "not an absolute path" },
        { "scrub", "x", "not an absolute path" },
        { "truncate-recursive", "/", "root directory" },
        { "tar-in", "missing:/srv", "No such file" },
        { "tar-in", "tree:/srv", "not a regular file" },
        { "tar-in", "file:srv", "not an absolute path" },
        { "commands-from-file", "missing", "No such file" },
        { "ssh-inject", "root:file:missing", "No such file" },
        { "ssh-inject", "root:file:file", "not an SSH public key" },
        { "ssh-inject", "root:x", "USER:file:PATH" },
        { "ssh-inject", ":file:key.pub", "name of a user" },
        { "touch", "x", "not an absolute path" },
    };
    AUTO_PLAN struct customize_plan plan = { 0 };
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
        struct error *err = NULL;
        AUTO_FREE char *origin = xasprintf("--%s", bad[i][0]);
        if (customize_plan_add(&plan, bad[i][0], bad[i][1], dir, origin, &err) == 0)
            fail_msg("%s \"%s\" is accepted", bad[i][0], bad[i][1]);
        assert_true(starts_with(err->message, origin));
        assert_error(err, ERROR_USAGE, bad[i][2]);
    }
    assert_int_equal(plan.count, 0);
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
        cmocka_unit_test(good_values_are_accepted),
        cmocka_unit_test(a_mapping_may_give_settings),
        cmocka_unit_test(a_packed_file_is_unpacked_once),
        cmocka_unit_test(bad_values_are_usage_errors_that_say_why),
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
