/* SPDX-License-Identifier: Apache-2.0 */
/* Passwords and SSH keys as text: hashes that crypt(3) accepts, files that keep their other lines.
 */
#include "forge/base/strings.h"
#include "fsimage/ops/accounts.h"
#include "fsimage/ops/password.h"
#include "fsimage/ops/ssh_inject.h"
#include "tests/unit/check.h"

#include <crypt.h>

static const char shadow[] = "daemon:*:19675:0:99999:7:::\n"
                             "rooter:x:1:::::\n"
                             "root:$6$old$hash:19675:0:99999:7:::\n"
                             "user:!:19675:0:99999:7:::\n";

static void a_hash_verifies_with_crypt(void **state)
{
    (void)state;
    struct error *err = NULL;
    char first[PASSWORD_HASH_SIZE], second[PASSWORD_HASH_SIZE];
    assert_ok(password_hash("correct horse", first, &err) == 0, err);
    assert_ok(password_hash("correct horse", second, &err) == 0, err);
    assert_true(starts_with(first, "$6$"));
    assert_string_not_equal(first, second); /* salted */
    assert_string_equal(crypt("correct horse", first), first);
    assert_string_not_equal(crypt("wrong horse", first), first);
}

static char *replace(const char *user, const char *hash, bool locked)
{
    struct error *err = NULL;
    AUTO_FREE char *text = xstrdup(shadow);
    char *changed = password_replace(text, user, hash, locked, &err);
    assert_ok(changed, err);
    return changed;
}

static void only_the_users_field_changes(void **state)
{
    (void)state;
    AUTO_FREE char *changed = replace("root", "$6$new$hash", false);
    assert_string_equal(changed, "daemon:*:19675:0:99999:7:::\n"
                                 "rooter:x:1:::::\n"
                                 "root:$6$new$hash:19675:0:99999:7:::\n"
                                 "user:!:19675:0:99999:7:::\n");
}

static void locking_keeps_the_password_behind_one_mark(void **state)
{
    (void)state;
    AUTO_FREE char *kept = replace("root", NULL, true);
    assert_non_null(strstr(kept, "\nroot:!$6$old$hash:19675:"));
    AUTO_FREE char *set = replace("root", "$6$new$hash", true);
    assert_non_null(strstr(set, "\nroot:!$6$new$hash:19675:"));
    AUTO_FREE char *again = replace("user", NULL, true);
    assert_non_null(strstr(again, "\nuser:!:19675:"));
}

static void a_shadow_file_without_the_user_is_the_guests_fault(void **state)
{
    (void)state;
    static const char *const texts[] = { "", "rooter:x:1\n", "xroot:x:1\n", "root",
                                         "root:x\nuser:y:\n" };
    for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
        struct error *err = NULL;
        AUTO_FREE char *text = xstrdup(texts[i]);
        assert_null(password_replace(text, "root", "x", false, &err));
        assert_error(err, ERROR_GUEST, "/etc/shadow has no line for root");
    }
}

static void random_passwords_are_long_and_differ(void **state)
{
    (void)state;
    struct error *err = NULL;
    AUTO_FREE char *first = password_random(&err);
    AUTO_FREE char *second = password_random(&err);
    assert_ok(first && second, err);
    assert_int_equal(strlen(first), 20);
    assert_string_not_equal(first, second);
}

static void keys_are_told_from_other_text(void **state)
{
    (void)state;
    static const char *const good[] = {
        "ssh-ed25519 AAAAC3NzaC1lZDI1 me@host",
        "# mine\n\nssh-rsa AAAAB3NzaC1yc2E\n",
        "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNo comment with words",
        "sk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1l",
        "from=\"10.0.0.0/8\",command=\"echo no\" ssh-rsa AAAAB3NzaC1yc2E me",
    };
    static const char *const bad[][2] = {
        { "", "no SSH public key" },
        { "# only a comment\n", "no SSH public key" },
        { "hello", "not an SSH public key" },
        { "ssh-rsa", "not an SSH public key" },
        { "-----BEGIN OPENSSH PRIVATE KEY-----\nxx\n", "is a private key" },
        { "ssh-rsa AAAAB3NzaC1yc2E a\rb", "control characters" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
        struct error *err = NULL;
        AUTO_STRINGS struct string_list keys = { 0 };
        assert_ok(ssh_keys_parse(good[i], &keys, &err) == 0, err);
        assert_int_equal(keys.count, 1);
    }
    for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
        struct error *err = NULL;
        AUTO_STRINGS struct string_list keys = { 0 };
        assert_int_equal(ssh_keys_parse(bad[i][0], &keys, &err), -1);
        assert_error(err, ERROR_USAGE, bad[i][1]);
    }
}

static void a_key_is_appended_once(void **state)
{
    (void)state;
    AUTO_STRINGS struct string_list keys = { 0 };
    string_list_add(&keys, "ssh-rsa AAAA1 a");
    string_list_add(&keys, "ssh-rsa AAAA2 b");
    AUTO_FREE char *fresh = ssh_keys_merge("", &keys);
    assert_string_equal(fresh, "ssh-rsa AAAA1 a\nssh-rsa AAAA2 b\n");
    AUTO_FREE char *again = ssh_keys_merge(fresh, &keys);
    assert_string_equal(again, fresh);
    AUTO_FREE char *open_line = ssh_keys_merge("# mine\nssh-rsa AAAA2 b", &keys);
    assert_string_equal(open_line, "# mine\nssh-rsa AAAA2 b\nssh-rsa AAAA1 a\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_hash_verifies_with_crypt),
        cmocka_unit_test(only_the_users_field_changes),
        cmocka_unit_test(locking_keeps_the_password_behind_one_mark),
        cmocka_unit_test(a_shadow_file_without_the_user_is_the_guests_fault),
        cmocka_unit_test(random_passwords_are_long_and_differ),
        cmocka_unit_test(keys_are_told_from_other_text),
        cmocka_unit_test(a_key_is_appended_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
