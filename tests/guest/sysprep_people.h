/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of sysprep's accounts and keys, within test_sysprep.c. */
#ifndef FORGE_TESTS_GUEST_SYSPREP_PEOPLE_H
#define FORGE_TESTS_GUEST_SYSPREP_PEOPLE_H

#include "tests/guest/sysprep_session.h"

static void people_are_removed_from_every_file(void **state)
{
    (void)state;
    plant("/etc/login.defs", "# UID_MIN 5\nUID_MIN\t\t 500\nUID_MAX 2000\n");
    plant("/etc/passwd", "root:x:0:0:root:/root:/bin/sh\nsys:x:99:99::/opt:/bin/sh\n"
                         "user:x:1000:1000::/home/user:/bin/sh\nold:x:500:500::/etc:/bin/sh\n"
                         "nobody:x:65534:65534::/:/bin/sh\n");
    plant("/etc/shadow", "root:*:1::::::\nuser:!:1::::::\nold:!:1::::::");
    plant("/etc/group", "root:x:0:\nsudo:x:27:user,sys,old\nuser:x:1000:\nlast:x:5:user\n");
    plant("/etc/subuid", "user:100000:65536\n");
    plant("/home/user/file", "mine");
    guest_ok(guestfs_chown(g, 1000, 1000, "/home/user"));
    plant("/var/mail/user", "mine");
    AUTO_CHANGES struct sysprep_changes changes = { 0 };
    sysprep("user-account", false, &changes);
    assert_content("/etc/passwd", "root:x:0:0:root:/root:/bin/sh\nsys:x:99:99::/opt:/bin/sh\n"
                                  "nobody:x:65534:65534::/:/bin/sh\n");
    assert_content("/etc/shadow", "root:*:1::::::\n");
    assert_content("/etc/group", "root:x:0:\nsudo:x:27:sys\nlast:x:5:\n");
    assert_content("/etc/subuid", "");
    assert_false(exists("/home/user"));
    assert_false(exists("/var/mail/user"));
    assert_true(exists("/etc/passwd")); /* "/etc" is not old's own, whatever passwd says */
}

#define OLD_KEY "ssh-rsa AAAAB3NzaC1yc2E old"
#define NEW_KEY "ssh-ed25519 AAAAC3NzaC1lZDI1 new"

static void add_step(struct customize_plan *steps, const char *name, const char *value)
{
    struct error *err = NULL;
    assert_ok(customize_plan_add(steps, name, value, dir, "--x", &err) == 0, err);
}

static void the_accounts_of_steps_stay_unless_they_are_named(void **state)
{
    (void)state;
    static const char passwd[] = "root:x:0:0:root:/root:/bin/sh\n"
                                 "made:x:1001:1001::/home/made:/bin/sh\n"
                                 "user:x:1000:1000::/home/user:/bin/sh\n"
                                 "mary:x:1002:1002::/home/mary:/bin/sh\n";
    AUTO_PLAN struct customize_plan steps = { 0 };
    add_step(&steps, "user-add", "made");
    struct sysprep_plan plan = { 0 };
    struct error *err = NULL;
    assert_ok(sysprep_plan_add(&plan, "user-account", &err) == 0, err);
    string_list_add(&plan.keep_users, "mary");
    plant("/etc/passwd", passwd);
    AUTO_CHANGES struct sysprep_changes kept = { 0 };
    run_sysprep(&plan, &steps, false, &kept);
    assert_content("/etc/passwd", "root:x:0:0:root:/root:/bin/sh\n"
                                  "made:x:1001:1001::/home/made:/bin/sh\n"
                                  "mary:x:1002:1002::/home/mary:/bin/sh\n");
    plant("/etc/passwd", passwd);
    string_list_add(&plan.remove_users, "made");
    string_list_add(&plan.remove_users, "mary"); /* who is kept all the same */
    AUTO_CHANGES struct sysprep_changes removed = { 0 };
    run_sysprep(&plan, &steps, false, &removed);
    assert_content("/etc/passwd", "root:x:0:0:root:/root:/bin/sh\n"
                                  "user:x:1000:1000::/home/user:/bin/sh\n"
                                  "mary:x:1002:1002::/home/mary:/bin/sh\n");
    string_list_clear(&plan.keep_users);
    string_list_clear(&plan.remove_users);
}

static void keys_of_steps_stay_and_no_others(void **state)
{
    (void)state;
    plant("/etc/passwd", "root:x:0:0:root:/root:/bin/sh\n"
                         "user:x:1000:1000::/home/user:/bin/sh\n");
    plant("/root/.ssh/authorized_keys", OLD_KEY "\n");
    plant("/root/.ssh/known_hosts", "x\n");
    plant("/home/user/.ssh/authorized_keys", OLD_KEY "\n");
    plant("/srv/keys/authorized_keys", "");
    AUTO_PLAN struct customize_plan steps = { 0 };
    add_step(&steps, "ssh-inject", "root:key:" NEW_KEY);
    struct error *err = NULL;
    assert_ok(customize_plan_run(&steps, guest, NULL, &err) == 0, err);
    struct sysprep_plan plan = { 0 };
    assert_ok(sysprep_plan_add(&plan, "ssh-userdir,secrets", &err) == 0, err);
    AUTO_CHANGES struct sysprep_changes preview = { 0 };
    run_sysprep(&plan, &steps, true, &preview);
    assert_content("/root/.ssh/authorized_keys", OLD_KEY "\n" NEW_KEY "\n");
    AUTO_CHANGES struct sysprep_changes changes = { 0 };
    run_sysprep(&plan, &steps, false, &changes);
    assert_int_equal(changes.count, preview.count);
    assert_content("/root/.ssh/authorized_keys", NEW_KEY "\n");
    assert_int_equal(find_change(&changes, "/root/.ssh/authorized_keys")->action, SYSPREP_EDIT);
    assert_false(exists("/root/.ssh/known_hosts"));
    assert_false(exists("/home/user/.ssh"));

    /* Nor behind what ends a text. */
    static const char hidden[] = NEW_KEY "\n\0\n" OLD_KEY "\n";
    guest_ok(guestfs_write(g, "/root/.ssh/authorized_keys", hidden, sizeof(hidden) - 1));
    AUTO_CHANGES struct sysprep_changes shown = { 0 };
    run_sysprep(&plan, &steps, false, &shown);
    assert_content("/root/.ssh/authorized_keys", NEW_KEY "\n");

    /* A link on the way stays, and leads to no other key. */
    guest_ok(guestfs_ln_s(g, "/srv/keys", "/home/user/.ssh"));
    guest_ok(guestfs_rm_rf(g, "/srv/keys"));
    plant("/srv/keys/authorized_keys", NEW_KEY "\n" OLD_KEY "\n");
    plant("/srv/keys/authorized_keys2", OLD_KEY "\n"); /* sshd reads this as well */
    add_step(&steps, "ssh-inject", "user:key:" NEW_KEY);
    AUTO_CHANGES struct sysprep_changes linked = { 0 };
    run_sysprep(&plan, &steps, false, &linked);
    assert_int_equal(linked.count, 2);
    assert_content("/home/user/.ssh/authorized_keys", NEW_KEY "\n");
    assert_false(exists("/srv/keys/authorized_keys2"));

    /* Of a tree with such a file nothing else stays; a link to the home takes none of that along.
     */
    guest_ok(guestfs_rm(g, "/srv/keys/authorized_keys"));
    guest_ok(guestfs_ln_s(g, "/tmp/tree/keys", "/srv/keys/authorized_keys"));
    plant("/tmp/tree/keys", NEW_KEY "\n");
    plant("/tmp/tree/sub/other", "x");
    assert_ok(sysprep_plan_add(&plan, "tmp-files", &err) == 0, err);
    AUTO_CHANGES struct sysprep_changes in_tree = { 0 };
    run_sysprep(&plan, &steps, false, &in_tree);
    assert_content("/home/user/.ssh/authorized_keys", NEW_KEY "\n");
    assert_false(exists("/tmp/tree/sub"));
    guest_ok(guestfs_rm(g, "/home/user/.ssh"));
    guest_ok(guestfs_ln_s(g, ".", "/home/user/.ssh"));
    plant("/home/user/authorized_keys", NEW_KEY "\n");
    AUTO_CHANGES struct sysprep_changes at_home = { 0 };
    run_sysprep(&plan, &steps, false, &at_home);
    assert_false(exists("/home/user/.ssh"));
    assert_true(exists("/home/user/authorized_keys"));
}

#endif
