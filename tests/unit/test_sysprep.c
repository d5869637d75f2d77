/* SPDX-License-Identifier: Apache-2.0 */
/* Sysprep without a guest: which operations are chosen, what counts as a private key, and how a
 * list of changes is put in order. */
#include "fsimage/sysprep/search.h"
#include "fsimage/sysprep/secret_kind.h"
#include "tests/unit/check.h"

#include <ctype.h>

static const struct sysprep_op *find_op(const char *name)
{
    for (size_t i = 0; i < sysprep_op_count; i++)
        if (strcmp(sysprep_ops[i].name, name) == 0)
            return &sysprep_ops[i];
    fail_msg("no operation %s", name);
    return NULL;
}

static void choose(struct sysprep_plan *plan, const char *list)
{
    struct error *err = NULL;
    assert_ok(sysprep_plan_add(plan, list, &err) == 0, err);
}

static bool has(const struct sysprep_plan *plan, const char *name)
{
    return sysprep_plan_has(plan, find_op(name));
}

/* -- the table -- */

static void every_row_is_whole(void **state)
{
    (void)state;
    for (size_t i = 0; i < sysprep_op_count; i++) {
        const struct sysprep_op *op = &sysprep_ops[i];
        assert_ptr_equal(find_op(op->name), op); /* the only one of that name */
        assert_true(isupper(op->help[0]) && op->help[strlen(op->help) - 1] != '.');
        assert_true(op->rules || op->find || op->finish);
        for (const struct sysprep_rule *rule = op->rules; rule && rule->pattern; rule++) {
            assert_true(rule->pattern[0] == '/' || starts_with(rule->pattern, "~/"));
            assert_true((rule->action == SYSPREP_EDIT) == (rule->lines != NULL));
        }
    }
}

/* virt-sysprep(1) of guestfs-tools 1.54, OPERATIONS: "*" is on by default. What is not here works
 * otherwise: customize and script are steps. */
static void the_names_and_defaults_are_those_of_virt_sysprep(void **state)
{
    (void)state;
    static const char theirs[] =
        "abrt-data* backup-files* bash-history* blkid-tab* ca-certificates crash-data* cron-spool* "
        "dhcp-client-state* dhcp-server-state* dovecot-data* firewall-rules flag-reconfiguration "
        "fs-uuids ipa-client* kerberos-data kerberos-hostkeytab* logfiles* lvm-system-devices* "
        "machine-id* mail-spool* net-hostname* net-hwaddr* net-nmconn* pacct-log* "
        "package-manager-cache* pam-data* passwd-backups* puppet-data-log* "
        "rh-subscription-manager* rhn-systemid* rpm-db* samba-db-log* smolt-uuid* ssh-hostkeys* "
        "ssh-userdir* sssd-db-log* tmp-files* udev-persistent-net* user-account utmp* yum-uuid* "
        "zsh-history*";
    AUTO_STRINGS struct string_list names = { 0 };
    string_list_split(&names, theirs, ' ');
    struct sysprep_plan defaults = { 0 };
    choose(&defaults, "defaults");
    for (size_t i = 0; i < names.count; i++) {
        bool on = ends_with(names.items[i], "*");
        names.items[i][strcspn(names.items[i], "*")] = '\0';
        if (has(&defaults, names.items[i]) != on)
            fail_msg("%s is by default otherwise", names.items[i]);
    }
}

/* -- choosing -- */

static void names_are_added_and_taken_away_in_order(void **state)
{
    (void)state;
    struct sysprep_plan plan = { 0 };
    choose(&plan, "");
    assert_int_equal(plan.enabled, 0);
    choose(&plan, "machine-id, +utmp");
    assert_true(has(&plan, "machine-id") && has(&plan, "utmp") && !has(&plan, "logfiles"));
    choose(&plan, "defaults,-utmp,+fs-uuids");
    assert_true(has(&plan, "logfiles") && !has(&plan, "utmp") && has(&plan, "fs-uuids"));
    assert_false(has(&plan, "user-account"));
    choose(&plan, "all,-defaults");
    assert_true(has(&plan, "user-account") && !has(&plan, "machine-id"));
    choose(&plan, "-all");
    assert_int_equal(plan.enabled, 0);
}

static void an_unknown_name_gets_a_suggestion(void **state)
{
    (void)state;
    struct sysprep_plan plan = { 0 };
    struct error *err = NULL;
    assert_int_equal(sysprep_plan_add(&plan, "defaults,-machine-ids", &err), -1);
    assert_error(err, ERROR_USAGE, "\"machine-ids\" (did you mean \"machine-id\"?)");
    assert_int_equal(sysprep_plan_add(&plan, "quite-something-else", &err), -1);
    assert_error(err, ERROR_USAGE, "forge sysprep --list");
}

static void users_are_named_for_one_operation(void **state)
{
    (void)state;
    struct error *err = NULL;
    struct sysprep_plan plan = { 0 };
    choose(&plan, "defaults");
    assert_ok(sysprep_plan_check(&plan, &err) == 0, err);
    string_list_add(&plan.keep_users, "mary");
    assert_int_equal(sysprep_plan_check(&plan, &err), -1);
    assert_error(err, ERROR_USAGE, "--sysprep ...,+user-account");
    choose(&plan, "+user-account");
    assert_ok(sysprep_plan_check(&plan, &err) == 0, err);
    string_list_clear(&plan.keep_users);
}

/* -- private keys -- */

#define BODY "MIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n"
#define CERTIFICATE                                                                                \
    "-----BEGIN CERTIFICATE-----\nMIIC4TCCAcmgAwIBAgIUTestTest\n-----END CERTIFICATE-----\n"

#define SAMPLE(TEXT) TEXT, sizeof(TEXT) - 1

static void private_keys_are_known_by_their_content(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t length;
        const char *kind; /* part of it; NULL: no secret */
    } rows[] = {
        { SAMPLE("-----BEGIN RSA PRIVATE KEY-----\n" BODY), "PEM" },
        { SAMPLE("-----BEGIN PRIVATE KEY-----\r\n" BODY), "PEM" },
        { SAMPLE("-----BEGIN EC PRIVATE KEY-----\n" BODY), "PEM" },
        { SAMPLE("-----BEGIN ENCRYPTED PRIVATE KEY-----\n" BODY), "PEM" },
        { SAMPLE("-----BEGIN DSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n"), "PEM" },
        { SAMPLE(CERTIFICATE "-----BEGIN PRIVATE KEY-----\n" BODY), "PEM" },
        { SAMPLE("-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAA\n"), "OpenSSH" },
        { SAMPLE("-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nlQOYBGTestTestTestTest\n"), "OpenPGP" },
        { SAMPLE("---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----\nComment: \"x\"\n"), "SSH2" },
        { SAMPLE("PuTTY-User-Key-File-3: ssh-ed25519\n"), "PuTTY" },
        { SAMPLE("SSH PRIVATE KEY FILE FORMAT 1.1\n\0"), "SSH1" },
        { SAMPLE("(21:protected-private-key(3:rsa(1:n257:"), "GnuPG" },
        { SAMPLE("Created: 20240101T000000\nKey: (private-key (ecc (curve Ed25519)\n"), "GnuPG" },
        { SAMPLE("\xfe\xed\xfe\xed\0\0\0\2\0\0\0\1"), "Java" },
        { SAMPLE("\x95\x03\x98\x04\x64\x00\x00\x00\x01"), "keyring" },
        { SAMPLE("\xc5\xc2\x10\x04\x64\x00\x00\x00\x01"), "keyring" },
        { SAMPLE("\x30\x82\x00\x08\x02\x01\x00\x30\x0d\x06\x09\x2a"), "PKCS#8" },
        { SAMPLE("\x30\x82\x00\x08\x02\x01\x00\x02\x82\x01\x01\x00"), "PKCS#1" },
        { SAMPLE("\x30\x82\x00\x08\x02\x01\x03\x30\x82\x05\x00\x06"), "PKCS#12" },
        /* What may stay. */
        { SAMPLE(""), NULL },
        { SAMPLE(CERTIFICATE CERTIFICATE), NULL },
        { SAMPLE("-----BEGIN PUBLIC KEY-----\n" BODY), NULL },
        { SAMPLE("-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nmQINBFTestTestTestTest\n"), NULL },
        { SAMPLE("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5 me\n"), NULL },
        { SAMPLE("\x99\x02\x0d\x04\x64\x00\x00\x00\x01"), NULL },             /* apt's keyrings */
        { SAMPLE("\x30\x82\x00\x08\x30\x82\x02\xa0\x03\x02\x01\x02"), NULL }, /* a certificate */
        { SAMPLE("\x30\x82\x05\x00\x02\x01\x00\x30\x0d\x06\x09\x2a"), NULL }, /* cut */
        { SAMPLE("-----BEGIN PRIVATE KEY-----\n...\n"), NULL },
        { SAMPLE("write -----BEGIN PRIVATE KEY----- first\n" BODY), NULL },
        { SAMPLE("-----BEGIN PRIVATE KEY-----"), NULL },
        { SAMPLE("Key: (shadowed-private-key (rsa (n #00\n"), NULL },
        { SAMPLE("\x95"), NULL },
        { SAMPLE("\x30\x82"), NULL },
    };
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        AUTO_FREE char *exact = xcalloc(rows[i].length + 1, 1); /* for the sanitizer's eyes */
        memcpy(exact, rows[i].bytes, rows[i].length);
        const char *kind = sysprep_secret_kind(exact, rows[i].length);
        if (!kind != !rows[i].kind || (kind && !strstr(kind, rows[i].kind)))
            fail_msg("row %zu: %s", i, kind ? kind : "no secret");
    }
}

/* -- lines and changes -- */

static void lines_are_dropped_by_their_first_word(void **state)
{
    (void)state;
    AUTO_FREE char *some = sysprep_drop_lines("A=1\nHWADDR=x\n#HWADDR=\nHWADDR=y", "HWADDR= B=");
    assert_string_equal(some, "A=1\n#HWADDR=\n");
    assert_null(sysprep_drop_lines("A=1\n", "HWADDR="));
    AUTO_FREE char *all = sysprep_drop_lines("B=\n", "HWADDR= B=");
    assert_string_equal(all, "");
}

static void what_another_change_does_already_is_dropped(void **state)
{
    (void)state;
    static const struct {
        const char *op;
        enum sysprep_action action;
        const char *path;
    } given[] = {
        { "tmp-files", SYSPREP_REMOVE, "/tmp/a" },
        { "secrets", SYSPREP_REMOVE, "/tmp/a/key" },
        { "secrets", SYSPREP_REMOVE, "/tmp/a-b" },
        { "ssh-hostkeys", SYSPREP_REMOVE, "/etc/ssh/k" },
        { "secrets", SYSPREP_REMOVE, "/etc/ssh/k" },
        { "net-hwaddr", SYSPREP_EDIT, "/etc/if" },
        { "net-hostname", SYSPREP_EDIT, "/etc/if" },
        { "machine-id", SYSPREP_EMPTY, "/etc/machine-id" },
    };
    static const char *const wanted[] = { "machine-id /etc/machine-id", "net-hostname /etc/if",
                                          "net-hwaddr /etc/if",         "ssh-hostkeys /etc/ssh/k",
                                          "secrets /tmp/a-b",           "tmp-files /tmp/a" };
    AUTO_CHANGES struct sysprep_changes changes = { 0 };
    changes.items = xcalloc(ARRAY_SIZE(given), sizeof(*changes.items));
    for (size_t i = 0; i < ARRAY_SIZE(given); i++)
        changes.items[changes.count++] = (struct sysprep_change){ .op = find_op(given[i].op),
                                                                  .action = given[i].action,
                                                                  .path = xstrdup(given[i].path) };
    sysprep_changes_settle(&changes);
    assert_int_equal(changes.count, ARRAY_SIZE(wanted));
    for (size_t i = 0; i < changes.count; i++) {
        AUTO_FREE char *line = xasprintf("%s %s", changes.items[i].op->name, changes.items[i].path);
        assert_string_equal(line, wanted[i]);
    }
}

static void what_a_full_list_leaves_out_is_counted(void **state)
{
    (void)state;
    AUTO_CHANGES struct sysprep_changes found = { 0 };
    struct sysprep_search search = { .op = find_op("tmp-files"), .found = &found };
    for (int i = 0; i < SYSPREP_LISTED_MAX; i++)
        sysprep_search_add(&search, SYSPREP_REMOVE, "/tmp/a", NULL);
    assert_int_equal(found.count, SYSPREP_LISTED_MAX);
    assert_int_equal(found.more, 0);
    sysprep_search_add(&search, SYSPREP_REMOVE, "/tmp/b", NULL);
    sysprep_search_add_edit(&search, "/etc/passwd", xstrdup("root:x:0:0::/root:/bin/sh\n"));
    assert_int_equal(found.count, SYSPREP_LISTED_MAX);
    assert_int_equal(found.more, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_is_whole),
        cmocka_unit_test(the_names_and_defaults_are_those_of_virt_sysprep),
        cmocka_unit_test(names_are_added_and_taken_away_in_order),
        cmocka_unit_test(an_unknown_name_gets_a_suggestion),
        cmocka_unit_test(users_are_named_for_one_operation),
        cmocka_unit_test(private_keys_are_known_by_their_content),
        cmocka_unit_test(lines_are_dropped_by_their_first_word),
        cmocka_unit_test(what_another_change_does_already_is_dropped),
        cmocka_unit_test(what_a_full_list_leaves_out_is_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
