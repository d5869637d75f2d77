/* SPDX-License-Identifier: Apache-2.0 */
/* Every operation of sysprep on a phony Debian with a disk for LVM, in one appliance session. */
#include "forge/base/log.h"
#include "fsimage/guest/guest_mounts.h"
#include "tests/guest/sysprep_people.h"
#include "tests/guest/sysprep_samples.h"

/* -- A sample for each operation -- */

#define HISTORY "make-me-root --password=1\n"
#define KEY     "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n"
#define PUBLIC  "-----BEGIN CERTIFICATE-----\nMIIC4TCCAcmgAwIBAgIUTestTestTest\n"

/* Paths that are no files with any content. */
static void plant_the_rest(void)
{
    plant("/etc/passwd", "root:x:0:0:root:/root:/bin/sh\napp:x:99:99::/var/lib/app/:/bin/sh\n"
                         "user:x:1000:1000::/home/user:/bin/sh\nno:x:98:98::/:/bin/sh\n");
    static const char *const directories[] = { "/root/.ssh",        "/home/user/.ssh",
                                               "/var/lib/app/.ssh", "/var/cache/apt/archives",
                                               "/var/log/nginx",    "/tmp",
                                               "/var/tmp" };
    for (size_t i = 0; i < ARRAY_SIZE(directories); i++)
        guest_ok(guestfs_mkdir_p(g, directories[i]));
    guest_ok(guestfs_rm_rf(g, "/tmp/link"));
    guest_ok(guestfs_ln_s(g, "/etc", "/tmp/link"));
    plant("/srv/app/strange-name", KEY);
    plant("/etc/ssl/private/both", PUBLIC KEY);
    plant("/usr/share/app/test.key", KEY);
    plant("/etc/ssl/certs/own.pem", PUBLIC);
    plant("/etc/ssl/certs/ca-bundle.pem", PUBLIC PUBLIC);
    plant("/etc/apt/trusted.gpg.d/own.gpg", "\x99\x02\x0d\x04");
}

/* One script in the guest instead of two calls for each path. */
static void add_planting(FILE *script, const char *path)
{
    if (!ends_with(path, "/.ssh") && !ends_with(path, "/link"))
        fprintf(script, "[ -e '%s' ] || { mkdir -p '%s' && rmdir '%s' && echo x >'%s'; }\n", path,
                path, path, path);
}

static void plant_all(void)
{
    AUTO_FREE char *text = NULL;
    size_t length;
    FILE *script = open_memstream(&text, &length);
    for (size_t i = 0; i < ARRAY_SIZE(samples); i++) {
        for (size_t j = 0; j < ARRAY_SIZE(samples[i].gone) && samples[i].gone[j]; j++)
            add_planting(script, samples[i].gone[j]);
        for (size_t j = 0; j < ARRAY_SIZE(samples[i].kept) && samples[i].kept[j]; j++)
            add_planting(script, samples[i].kept[j]);
    }
    fclose(script);
    AUTO_FREE char *output = guestfs_sh(g, text);
    if (!output)
        fail_msg("%s", guestfs_last_error(g));
    plant_the_rest();
}

/* Of all samples, those that are there. */
static void find_present(struct string_list *present)
{
    AUTO_FREE char *text = NULL;
    size_t length;
    FILE *script = open_memstream(&text, &length);
    fputs("for f in", script);
    for (size_t i = 0; i < ARRAY_SIZE(samples); i++) {
        for (size_t j = 0; j < ARRAY_SIZE(samples[i].gone) && samples[i].gone[j]; j++)
            fprintf(script, " '%s'", samples[i].gone[j]);
        for (size_t j = 0; j < ARRAY_SIZE(samples[i].kept) && samples[i].kept[j]; j++)
            fprintf(script, " '%s'", samples[i].kept[j]);
    }
    fputs("; do if [ -e $f ] || [ -L $f ]; then echo $f; fi; done", script);
    fclose(script);
    AUTO_FREE char *output = guestfs_sh(g, text);
    if (!output)
        fail_msg("%s", guestfs_last_error(g));
    string_list_split(present, output, '\n');
}

/* The change for PATH, or for a directory above it. */
static const struct sysprep_change *change_about(const struct sysprep_changes *changes,
                                                 const char *path)
{
    for (AUTO_FREE char *at = xstrdup(path); *at; *strrchr(at, '/') = '\0') {
        const struct sysprep_change *change = find_change(changes, at);
        if (change)
            return change;
    }
    return NULL;
}

static void each_removes_its_own_and_nothing_else(void **state)
{
    (void)state;
    plant_all();
    AUTO_FREE char *list = xstrdup("");
    for (size_t i = 0; i < ARRAY_SIZE(samples); i++) {
        char *longer = xasprintf("%s,%s", list, samples[i].op);
        free(list);
        list = longer;
    }

    AUTO_CHANGES struct sysprep_changes listed = { 0 };
    sysprep(list, true, &listed);
    AUTO_STRINGS struct string_list before = { 0 };
    find_present(&before);
    for (size_t i = 0; i < ARRAY_SIZE(samples); i++)
        for (size_t j = 0; j < ARRAY_SIZE(samples[i].gone) && samples[i].gone[j]; j++)
            if (!string_list_contains(&before, samples[i].gone[j]))
                fail_msg("%s: a dry run removed %s", samples[i].op, samples[i].gone[j]);

    AUTO_CHANGES struct sysprep_changes done = { 0 };
    sysprep(list, false, &done);
    AUTO_STRINGS struct string_list after = { 0 };
    find_present(&after);
    assert_int_equal(done.count, listed.count);
    for (size_t i = 0; i < ARRAY_SIZE(samples); i++) {
        const struct sample *sample = &samples[i];
        for (size_t j = 0; j < ARRAY_SIZE(sample->gone) && sample->gone[j]; j++) {
            const struct sysprep_change *change = change_about(&done, sample->gone[j]);
            if (string_list_contains(&after, sample->gone[j]))
                fail_msg("%s left %s", sample->op, sample->gone[j]);
            if (!change || strcmp(change->op->name, sample->op) != 0)
                fail_msg("%s is not told of as %s", sample->gone[j], sample->op);
        }
        for (size_t j = 0; j < ARRAY_SIZE(sample->kept) && sample->kept[j]; j++)
            if (!string_list_contains(&after, sample->kept[j]))
                fail_msg("%s: %s should have stayed", sample->op, sample->kept[j]);
    }
    assert_string_equal(find_change(&done, "/srv/app/strange-name")->what, "private key (PEM)");
}

/* -- Operations with more to them -- */

static void the_machine_id_does_not_come_back(void **state)
{
    (void)state;
    struct error *err = NULL;
    plant("/etc/machine-id", "0123456789abcdef0123456789abcdef\n");
    plant("/var/lib/dbus/machine-id", "0123456789abcdef0123456789abcdef\n");
    const char *const service[] = { "/bin/sh", "-c",
                                    "while :; do echo 1 >/etc/machine-id; sleep 0.1; done &",
                                    NULL };
    assert_ok(guest_run(guest, service, NULL, &err) == 0, err);
    AUTO_CHANGES struct sysprep_changes changes = { 0 };
    sysprep("machine-id", false, &changes);
    const char *const pause[] = { "/bin/sleep", "0.5", NULL };
    assert_ok(guest_run(guest, pause, NULL, &err) == 0, err);
    assert_content("/etc/machine-id", "");
    assert_false(exists("/var/lib/dbus/machine-id"));
    assert_non_null(find_change(&changes, "/var/lib/dbus/machine-id"));
}

static void interfaces_lose_names_and_addresses(void **state)
{
    (void)state;
    static const char path[] = "/etc/sysconfig/network-scripts/ifcfg-eth0";
    plant(path, "DEVICE=eth0\nHWADDR=52:54:00:00:00:01\nHOSTNAME=a\nDHCP_HOSTNAME=b\nONBOOT=yes\n");
    AUTO_CHANGES struct sysprep_changes changes = { 0 };
    sysprep("net-hwaddr,net-hostname", false, &changes);
    assert_content(path, "DEVICE=eth0\nONBOOT=yes\n");
    assert_int_equal(changes.count, 2);
}

static void the_next_boot_asks_for_settings(void **state)
{
    (void)state;
    AUTO_CHANGES struct sysprep_changes changes = { 0 };
    sysprep("flag-reconfiguration", true, &changes);
    assert_false(exists("/.unconfigured"));
    sysprep("flag-reconfiguration", false, &changes);
    assert_true(exists("/.unconfigured"));
}

static char *root_uuid(void)
{
    AUTO_MOUNTS struct guest_mounts mounts = { 0 };
    struct error *err = NULL;
    assert_ok(guest_mounts_read(guest, &mounts, &err) == 0, err);
    return xstrdup(mounts.items[0].uuid);
}

static void a_new_uuid_is_written_where_it_is_named(void **state)
{
    (void)state;
    AUTO_FREE char *old = root_uuid();
    AUTO_FREE char *fstab = xasprintf("UUID=%s / ext4 defaults 0 1\n", old);
    AUTO_FREE char *menu = xasprintf("search --fs-uuid %s\nlinux root=UUID=%s ro\n", old, old);
    plant("/etc/fstab", fstab);
    plant("/boot/grub/grub.cfg", menu);
    AUTO_CHANGES struct sysprep_changes changes = { 0 };
    sysprep("fs-uuids", true, &changes);
    assert_int_equal(changes.count, 1);
    AUTO_FREE char *same = root_uuid();
    assert_string_equal(same, old);
    sysprep("fs-uuids", false, &changes);
    AUTO_FREE char *new = root_uuid();
    assert_string_not_equal(new, old);
    AUTO_FREE char *new_fstab = xasprintf("UUID=%s / ext4 defaults 0 1\n", new);
    AUTO_FREE char *new_menu = xasprintf("search --fs-uuid %s\nlinux root=UUID=%s ro\n", new, new);
    assert_content("/etc/fstab", new_fstab);
    assert_content("/boot/grub/grub.cfg", new_menu);

    /* GRUB's code has it where nobody can change it. */
    guest_ok(guestfs_mkdir_p(g, "/boot/grub/i386-pc"));
    sysprep("fs-uuids", false, &changes);
    AUTO_FREE char *kept = root_uuid();
    assert_string_equal(kept, new);
}

static void volumes_get_new_ids_unless_the_guest_boots_from_them(void **state)
{
    (void)state;
    char disk[] = "/dev/sda2";
    char *const disks[] = { disk, NULL };
    if (guestfs_pvcreate(g, disk) || guestfs_vgcreate(g, "vg", disks) ||
        guestfs_lvcreate(g, "lv", "vg", 8))
        fail_msg("%s", guestfs_last_error(g));
    struct guestfs_lvm_pv_list *before = guestfs_pvs_full(g);
    AUTO_CHANGES struct sysprep_changes changes = { 0 };
    sysprep("lvm-uuids", false, &changes);
    struct guestfs_lvm_pv_list *after = guestfs_pvs_full(g);
    assert_true(before && after && before->len == 1 && after->len == 1);
    assert_memory_not_equal(before->val[0].pv_uuid, after->val[0].pv_uuid, 32);
    guestfs_free_lvm_pv_list(before);
    guestfs_free_lvm_pv_list(after);
    assert_string_equal(find_change(&changes, "/dev/sda2")->op->name, "lvm-uuids");
    assert_true(exists("/etc/passwd")); /* mounted again */

    guest_ok(guestfs_mkfs(g, "ext4", "/dev/vg/lv"));
    guest_ok(guestfs_mount(g, "/dev/vg/lv", "/boot"));
    AUTO_CHANGES struct sysprep_changes none = { 0 };
    sysprep("lvm-uuids", false, &none);
    assert_int_equal(none.count, 0);
    guest_ok(guestfs_umount(g, "/boot"));
}

/* -- A hostile guest -- */

static void links_lead_nowhere(void **state)
{
    (void)state;
    guest_ok(guestfs_rm_rf(g, "/var/cache/man"));
    guest_ok(guestfs_ln_s(g, "/etc", "/var/cache/man")); /* /etc is no cache */
    guest_ok(guestfs_rm_rf(g, "/var/log"));
    plant("/data/log/app.log", HISTORY);
    guest_ok(guestfs_ln_s(g, "/data/log", "/var/log")); /* but this is where the logs are */
    guest_ok(guestfs_ln_s(g, "../../../../../../etc/passwd", "/data/log/passwd"));
    guest_ok(guestfs_ln_s(g, "/data/log", "/home/loop"));
    plant("/data/log/\033[2J\n*; rm -rf $HOME", KEY);
    AUTO_CHANGES struct sysprep_changes changes = { 0 };
    sysprep("logfiles,secrets", false, &changes);
    assert_true(exists("/etc/hostname") && exists("/etc/passwd") && exists("/home/loop"));
    assert_false(exists("/data/log/app.log"));
    assert_false(exists("/data/log/passwd"));
    assert_false(exists("/data/log/\033[2J\n*; rm -rf $HOME"));
}

static void run_in_appliance(char *command)
{
    char *const arguments[] = { command, NULL };
    AUTO_FREE char *output = guestfs_debug(g, "sh", arguments);
    if (!output)
        fail_msg("%s: %s", command, guestfs_last_error(g));
}

/* No process of the guest's, which would be ended: one of the appliance's own. */
static void what_comes_back_is_an_error(void **state)
{
    (void)state;
    struct error *err = NULL;
    struct sysprep_plan plan = { 0 };
    AUTO_CHANGES struct sysprep_changes changes = { 0 };
    char start[] = "(while :; do echo back >/sysroot/tmp/back; done) >/dev/null 2>&1 </dev/null & "
                   "echo $! >/tmp/back.pid; until [ -e /sysroot/tmp/back ]; do :; done";
    char stop[] = "kill $(cat /tmp/back.pid)";
    run_in_appliance(start);
    assert_ok(sysprep_plan_add(&plan, "tmp-files", &err) == 0, err);
    int result = sysprep_run(&plan, NULL, false, guest, NULL, &changes, &err);
    run_in_appliance(stop);
    assert_int_equal(result, -1);
    assert_error(err, ERROR_GUEST, "sysprep tmp-files: /tmp/back is there again");
}

static void what_cannot_be_removed_is_an_error(void **state)
{
    (void)state;
    struct error *err = NULL;
    struct sysprep_plan plan = { 0 };
    AUTO_CHANGES struct sysprep_changes changes = { 0 };
    plant("/tmp/stays", "");
    guest_ok(guestfs_set_e2attrs(g, "/tmp/stays", "i", -1));
    assert_ok(sysprep_plan_add(&plan, "tmp-files", &err) == 0, err);
    assert_int_equal(sysprep_run(&plan, NULL, false, guest, NULL, &changes, &err), -1);
    assert_error(err, ERROR_GUEST, "sysprep tmp-files: remove /tmp/stays");
}

/* Last: what no test has seen at work has none. */
static void every_operation_has_been_tested(void **state)
{
    (void)state;
    for (size_t i = 0; i < sysprep_op_count; i++)
        if (!tested[i])
            fail_msg("%s has no test: plant something for it in sysprep_samples.h",
                     sysprep_ops[i].name);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_removes_its_own_and_nothing_else),
        cmocka_unit_test(the_machine_id_does_not_come_back),
        cmocka_unit_test(interfaces_lose_names_and_addresses),
        cmocka_unit_test(the_next_boot_asks_for_settings),
        cmocka_unit_test(people_are_removed_from_every_file),
        cmocka_unit_test(the_accounts_of_steps_stay_unless_they_are_named),
        cmocka_unit_test(keys_of_steps_stay_and_no_others),
        cmocka_unit_test(a_new_uuid_is_written_where_it_is_named),
        cmocka_unit_test(volumes_get_new_ids_unless_the_guest_boots_from_them),
        cmocka_unit_test(links_lead_nowhere),
        cmocka_unit_test(what_comes_back_is_an_error),
        cmocka_unit_test(what_cannot_be_removed_is_an_error),
        cmocka_unit_test(every_operation_has_been_tested),
    };
    log_set_level(LOG_QUIET);
    AUTO_FREE char *disk = phony_disk();
    if (access(disk, R_OK)) {
        fprintf(stderr, "skipped: %s is missing: FORGE_FIXTURES has no phony guests\n", disk);
        return getenv("CI") ? 1 : 77;
    }
    return cmocka_run_group_tests(tests, open_sysprep_session, close_session);
}
