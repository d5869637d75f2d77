/* SPDX-License-Identifier: Apache-2.0 */
/* What each operation takes, and what it refuses before any launch. */
#include "fsimage/customize.h"
#include "tests/unit/step_files.h"

#include <limits.h>

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_values_are_accepted),
        cmocka_unit_test(a_mapping_may_give_settings),
        cmocka_unit_test(bad_values_are_usage_errors_that_say_why),
    };
    return cmocka_run_group_tests(tests, make_files, remove_files);
}
