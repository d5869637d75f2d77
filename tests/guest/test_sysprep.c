/* SPDX-License-Identifier: Apache-2.0 */
/* Every operation of sysprep on a phony Debian guest with a disk for LVM, in one appliance session.
 *
 * SAMPLES has a row for each operation: what is planted for it, and what is planted beside it and
 * has to stay. */
#include "forge/base/log.h"
#include "forge/base/workdir.h"
#include "fsimage/guest_mounts.h"
#include "fsimage/overlay.h"
#include "fsimage/sysprep.h"
#include "tests/unit/images.h"

static char *dir;
static struct image *base;
static struct workdir *workdir;
static struct overlay *overlay;
static struct guest *guest;
static guestfs_h *g;

/* -- The session -- */

/* The phony disk with a second partition of 32 MiB. */
static char *make_disk(void)
{
    AUTO_FREE char *fixture = path_join(getenv("FORGE_FIXTURES"), "debian.raw");
    char *disk = path_join(dir, "disk.raw");
    run("cp", fixture, disk);
    run("truncate", "-s", "+33M", disk);
    AUTO_FREE char *script =
        xasprintf("echo ',32M' | sfdisk -q --append --no-reread --no-tell-kernel '%s'", disk);
    run("sh", "-c", script);
    return disk;
}

static int open_session(void **state)
{
    (void)state;
    struct error *err = NULL;
    dir = make_scratch();
    AUTO_FREE char *disk = make_disk();
    base = image_open(disk, NULL, &err);
    workdir = base ? workdir_create(dir, &err) : NULL;
    overlay = workdir ? overlay_create(base, workdir_path(workdir), &err) : NULL;
    struct guest_options options = { 0 };
    guest = overlay ? guest_open(overlay_image(overlay), GUEST_READ_WRITE, &options, NULL, &err)
                    : NULL;
    if (!guest) {
        fprintf(stderr, "no guest session: %s\n", err->message);
        error_free(err);
        return -1;
    }
    g = guest_handle(guest);
    return 0;
}

static int close_session(void **state)
{
    (void)state;
    struct error *err = NULL;
    int result = guest_shutdown(guest, &err);
    if (result)
        fprintf(stderr, "shutdown: %s\n", err->message);
    error_free(err);
    guest_close(guest);
    overlay_close(overlay);
    workdir_close(workdir);
    image_close(base);
    remove_scratch(dir);
    return result;
}

/* -- Planting and looking -- */

#define guest_ok(call)                                                                             \
    do {                                                                                           \
        if ((call) != 0)                                                                           \
            fail_msg("%s: %s", #call, guestfs_last_error(g));                                      \
    } while (0)

static void plant(const char *path, const char *content)
{
    AUTO_FREE char *parent = path_dirname(path);
    guest_ok(guestfs_mkdir_p(g, parent));
    guest_ok(guestfs_write(g, path, content, strlen(content)));
}

static char *content_of(const char *path)
{
    size_t length;
    AUTO_FREE char *content = guestfs_read_file(g, path, &length);
    if (!content)
        fail_msg("%s: %s", path, guestfs_last_error(g));
    return xstrndup(content, length);
}

static void assert_content(const char *path, const char *text)
{
    AUTO_FREE char *content = content_of(path);
    assert_string_equal(content, text);
}

static bool exists(const char *path)
{
    struct guestfs_statns *stat = guestfs_lstatns(g, path);
    if (stat)
        guestfs_free_statns(stat);
    return stat;
}

static void run_sysprep(const struct sysprep_plan *plan, const struct customize_plan *steps,
                        bool dry_run, struct sysprep_changes *changes)
{
    struct error *err = NULL;
    assert_ok(sysprep_run(plan, steps, dry_run, guest, NULL, changes, &err) == 0, err);
}

static void sysprep(const char *list, bool dry_run, struct sysprep_changes *changes)
{
    struct error *err = NULL;
    struct sysprep_plan plan = { 0 };
    assert_ok(sysprep_plan_add(&plan, list, &err) == 0, err);
    run_sysprep(&plan, NULL, dry_run, changes);
}

static const struct sysprep_change *find_change(const struct sysprep_changes *changes,
                                                const char *path)
{
    for (size_t i = 0; i < changes->count; i++)
        if (strcmp(changes->items[i].path, path) == 0)
            return &changes->items[i];
    return NULL;
}

/* -- A sample for each operation -- */

#define HISTORY "make-me-root --password=1\n"
#define KEY     "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n"
#define PUBLIC  "-----BEGIN CERTIFICATE-----\nMIIC4TCCAcmgAwIBAgIUTestTestTest\n"

struct sample {
    const char *op;
    const char *gone[6];
    const char *kept[6];
};

/* Operations with more to them have a test of their own: NULL instead of paths. */
static const struct sample samples[] = {
    { "abrt-data", { "/var/spool/abrt/oops/log" }, { 0 } },
    { "backup-files",
      { "/etc/app.conf.bak", "/etc/deep/er/app.conf~", "/srv/x.bak" },
      { "/usr/local/x.bak", "/etc/app.bak.d/file", "/etc/app.conf" } },
    { "bash-history",
      { "/root/.bash_history", "/home/user/.bash_history", "/var/lib/app/.bash_history" },
      { "/var/lib/other/.bash_history", "/root/.bashrc" } },
    { "blkid-tab", { "/etc/blkid.tab", "/run/blkid/blkid.tab.old" }, { 0 } },
    { "ca-certificates",
      { "/etc/pki/tls/certs/own.crt", "/etc/pki/CA/private/ca.key" },
      { "/etc/pki/tls/certs/ca-bundle.crt" } },
    { "cloud-init",
      { "/var/lib/cloud/instances/i-1/user-data.txt", "/var/lib/cloud/data/instance-id" },
      { "/var/lib/cloud/seed/nocloud/meta-data" } },
    { "crash-data", { "/var/crash/2024/vmcore" }, { 0 } },
    { "cron-spool",
      { "/var/spool/cron/crontabs/root", "/var/spool/at/a1" },
      { "/etc/cron.d/job" } },
    { "dhcp-client-state",
      { "/var/lib/dhcp/dhclient.eth0.leases" },
      { "/etc/dhcp/dhclient.conf" } },
    { "dhcp-server-state", { "/var/lib/dhcpd/dhcpd.leases" }, { 0 } },
    { "dovecot-data", { "/var/lib/dovecot/instances" }, { 0 } },
    { "firewall-rules",
      { "/etc/sysconfig/iptables", "/etc/firewalld/zones/public.xml", "/etc/iptables/rules.v4" },
      { "/etc/firewalld/firewalld.conf" } },
    { "flag-reconfiguration", { NULL }, { NULL } },
    { "fs-uuids", { NULL }, { NULL } },
    { "ipa-client",
      { "/etc/ipa/default.conf", "/usr/local/share/ca-certificates/ipa-ca.crt" },
      { "/usr/local/share/ca-certificates/own.crt" } },
    { "kerberos-data",
      { "/var/kerberos/krb5kdc/principal" },
      { "/var/kerberos/krb5kdc/kdc.conf", "/var/kerberos/krb5kdc/kadm5.acl" } },
    { "kerberos-hostkeytab", { "/etc/krb5.keytab" }, { "/etc/krb5.conf" } },
    { "logfiles",
      { "/var/log/syslog.1", "/var/log/journal/0123/system.journal", "/var/log/nginx/access.log",
        "/root/install.log", "/var/cache/man/index.db" },
      { "/var/log/nginx" } },
    { "lvm-system-devices", { "/etc/lvm/devices/system.devices" }, { "/etc/lvm/lvm.conf" } },
    { "lvm-uuids", { NULL }, { NULL } },
    { "machine-id", { NULL }, { NULL } },
    { "mail-spool", { "/var/mail/root", "/var/spool/mail/user" }, { 0 } },
    { "net-hostname", { NULL }, { NULL } },
    { "net-hwaddr", { NULL }, { NULL } },
    { "net-nmconn",
      { "/etc/NetworkManager/system-connections/eth0.nmconnection" },
      { "/etc/NetworkManager/NetworkManager.conf" } },
    { "pacct-log", { "/var/account/pacct" }, { 0 } },
    { "package-manager-cache",
      { "/var/cache/apt/archives/a.deb", "/var/cache/apt/pkgcache.bin", "/var/cache/dnf/x/y.rpm" },
      { "/var/cache/apt/archives", "/var/cache/app/data" } },
    { "pam-data", { "/run/faillock/user" }, { 0 } },
    { "passwd-backups", { "/etc/passwd-", "/etc/subuid-" }, { "/etc/passwd" } },
    { "puppet-data-log", { "/var/lib/puppet/ssl/certs/own.pem" }, { "/etc/puppet/puppet.conf" } },
    { "random-seed",
      { "/var/lib/systemd/random-seed", "/boot/loader/random-seed" },
      { "/boot/loader/loader.conf" } },
    { "rh-subscription-manager", { "/etc/pki/consumer/cert.pem" }, { 0 } },
    { "rhn-systemid", { "/etc/sysconfig/rhn/systemid" }, { "/etc/sysconfig/rhn/up2date" } },
    { "rpm-db",
      { "/var/lib/rpm/__db.001", "/usr/lib/sysimage/rpm/.rpm.lock" },
      { "/var/lib/rpm/Packages" } },
    { "samba-db-log", { "/var/lib/samba/private/secrets.tdb" }, { "/etc/samba/smb.conf" } },
    { "secrets",
      { "/srv/app/strange-name", "/etc/.app.conf.swp", "/root/.mysql_history",
        "/home/user/notes.txt~", "/opt/.#lock", "/etc/ssl/private/both" },
      { "/etc/ssl/certs/own.pem", "/usr/share/app/test.key", "/etc/ssl/certs/ca-bundle.pem",
        "/etc/apt/trusted.gpg.d/own.gpg", "/home/user/notes.txt" } },
    { "smolt-uuid", { "/etc/smolt/uuid" }, { 0 } },
    { "ssh-hostkeys",
      { "/etc/ssh/ssh_host_ed25519_key", "/etc/ssh/ssh_host_rsa_key.pub" },
      { "/etc/ssh/sshd_config" } },
    { "ssh-userdir",
      { "/root/.ssh", "/home/user/.ssh", "/var/lib/app/.ssh" },
      { "/etc/skel/.ssh/config" } },
    { "sssd-db-log", { "/var/lib/sss/db/cache.ldb" }, { "/etc/sssd/sssd.conf" } },
    { "tmp-files", { "/tmp/dir/file", "/var/tmp/file", "/tmp/link" }, { "/tmp", "/var/tmp" } },
    { "udev-persistent-net",
      { "/etc/udev/rules.d/70-persistent-net.rules" },
      { "/etc/udev/rules.d/80-own.rules" } },
    { "user-account", { NULL }, { NULL } },
    { "utmp", { "/run/utmp" }, { 0 } },
    { "yum-uuid", { "/var/lib/yum/uuid" }, { 0 } },
    { "zsh-history", { "/root/.zsh_history" }, { "/root/.zshrc" } },
};

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

static void every_operation_has_its_sample(void **state)
{
    (void)state;
    for (size_t i = 0; i < sysprep_op_count; i++) {
        size_t found = 0;
        for (size_t j = 0; j < ARRAY_SIZE(samples); j++)
            found += strcmp(samples[j].op, sysprep_ops[i].name) == 0;
        if (found != 1)
            fail_msg("%s has no test: plant something for it in SAMPLES", sysprep_ops[i].name);
    }
    assert_int_equal(ARRAY_SIZE(samples), sysprep_op_count);
}

static void each_removes_its_own_and_nothing_else(void **state)
{
    (void)state;
    plant_all();
    AUTO_FREE char *list = xstrdup("");
    for (size_t i = 0; i < ARRAY_SIZE(samples); i++) {
        if (!samples[i].gone[0])
            continue;
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

    /* A link on the way stays, and leads to no other key. */
    guest_ok(guestfs_ln_s(g, "/srv/keys", "/home/user/.ssh"));
    guest_ok(guestfs_rm_rf(g, "/srv/keys"));
    plant("/srv/keys/authorized_keys", NEW_KEY "\n" OLD_KEY "\n");
    add_step(&steps, "ssh-inject", "user:key:" NEW_KEY);
    AUTO_CHANGES struct sysprep_changes linked = { 0 };
    run_sysprep(&plan, &steps, false, &linked);
    assert_int_equal(linked.count, 1);
    assert_content("/home/user/.ssh/authorized_keys", NEW_KEY "\n");
    guest_ok(guestfs_rm(g, "/home/user/.ssh"));
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_operation_has_its_sample),
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
        cmocka_unit_test(what_cannot_be_removed_is_an_error),
    };
    log_set_level(LOG_QUIET);
    AUTO_FREE char *disk = path_join(getenv("FORGE_FIXTURES"), "debian.raw");
    if (access(disk, R_OK)) {
        fprintf(stderr, "skipped: %s is missing: FORGE_FIXTURES has no phony guests\n", disk);
        return getenv("CI") ? 1 : 77;
    }
    return cmocka_run_group_tests(tests, open_session, close_session);
}
