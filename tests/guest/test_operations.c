/* SPDX-License-Identifier: Apache-2.0 */
/* Every operation on a phony Debian guest, all in one appliance session. */
#include "forge/base/log.h"
#include "fsimage/guest/guest_file.h"
#include "fsimage/guest/guest_private.h"
#include "tests/guest/operations_archives.h"
#include "tests/guest/operations_files.h"
#include "tests/guest/operations_system.h"
#include "tests/guest/phony_session.h"

#include <crypt.h>

/* -- Names and times -- */

static void hostname_is_set_in_every_file(void **state)
{
    (void)state;
    assert_int_equal(guestfs_mkdir_p(g, "/etc/sysconfig"), 0);
    put_guest("/etc/sysconfig/network", "A=1\nHOSTNAME=old\n");
    put_guest("/etc/hosts", "127.0.0.1\tlocalhost\n127.0.1.1\tphony-debian.old phony-debian\n"
                            "10.0.0.1 phony-debian-2 # phony-debian\n");
    run_step("hostname", "web.example.com");
    assert_content("/etc/hostname", "web.example.com\n");
    assert_content("/etc/sysconfig/network", "A=1\nHOSTNAME=web.example.com\n");
    assert_content("/etc/hosts", "127.0.0.1\tlocalhost\n127.0.1.1\tweb.example.com web\n"
                                 "10.0.0.1 phony-debian-2 # phony-debian\n");
    run_step("hostname", "plain");
    assert_contains("/etc/hosts", "127.0.1.1\tplain\n");
    run_setting("hostname", "db", NULL, "fqdn", "db.example.com");
    assert_content("/etc/hostname", "db\n");
    assert_contains("/etc/hosts", "127.0.1.1\tdb.example.com db\n");
    run_step("hostname", "plain");
}

static void timezone_is_linked_when_the_guest_knows_it(void **state)
{
    (void)state;
    put_guest("/etc/timezone", "Etc/UTC\n");
    run_step("timezone", "Europe/Berlin");
    assert_link("/etc/localtime", "../usr/share/zoneinfo/Europe/Berlin");
    assert_content("/etc/timezone", "Europe/Berlin\n");
    fails_with("timezone", "Mars/Olympus", "does not know this time zone");
}

/* -- A hostile guest -- */

static void links_of_the_guest_stay_in_the_guest(void **state)
{
    (void)state;
    run_step("mkdir", "/opt/inside/lib");
    assert_int_equal(guestfs_ln_s(g, "/opt/inside", "/opt/absolute"), 0);
    assert_int_equal(guestfs_ln_s(g, "/opt/inside/lib", "/opt/inside/tree"), 0);
    run_step("write", "/opt/absolute/file:x");
    assert_content("/opt/inside/file", "x");
    run_step("link", "file:/opt/absolute/link");
    assert_link("/opt/inside/link", "file");
    run_step("delete", "/opt/absolute/fil?");
    assert_int_equal(guestfs_exists(g, "/opt/inside/file"), 0);
    run_step("copy-in", "tree:/opt/absolute"); /* whose "tree" is a link: it is followed and kept */
    assert_link("/opt/inside/tree", "/opt/inside/lib");
    assert_content("/opt/inside/lib/sub/tool", "t");
    run_step("delete", "/opt/absolute"); /* the link itself */
    assert_int_equal(guestfs_is_dir(g, "/opt/inside"), 1);
}

/* What the host's own programs would make of the guest's links: they are replaced, not followed. */
static void links_in_the_way_are_replaced(void **state)
{
    (void)state;
    run_step("mkdir", "/opt/way");
    run_step("write", "/opt/way-target:kept");
    run_step("write", "/opt/way-source:new");
    run_step("link", "/opt/way-target:/opt/way/way-source");
    run_step("copy", "/opt/way-source:/opt/way");
    assert_content("/opt/way/way-source", "new");
    run_step("link", "/etc:/opt/way/way-source");
    run_step("move", "/opt/way-source:/opt/way/way-source");
    assert_content("/etc/way-source", "new"); /* a link to a directory of the guest's is followed */
    assert_content("/opt/way-target", "kept");
}

static void what_is_no_file_is_not_opened(void **state)
{
    (void)state;
    assert_int_equal(guestfs_mkfifo(g, 0644, "/opt/fifo"), 0);
    fails_with("write", "/opt/fifo:x", "not a regular file");
    fails_with("upload", "plain:/opt/fifo", "not a regular file");
    fails_with("append-line", "/opt/fifo:x", "not a regular file");
    fails_with("edit", "/opt/fifo:s/a/b/", "not a regular file");
    fails_with("truncate", "/opt/fifo", "not a regular file");
    fails_with("touch", "/opt/fifo", "not a regular file");
    fails_with("write", "/opt:x", "is a directory");
}

/* -- Editing -- */

static void edit_changes_lines_and_nothing_else(void **state)
{
    (void)state;
    put_guest("/etc/edited", "Port 22\nName a\n");
    run_step("chmod", "640:/etc/edited");
    run_step("chown", "0:42:/etc/edited");
    assert_int_equal(guestfs_lsetxattr(g, "user.kept", "yes", 3, "/etc/edited"), 0);
    run_step("edit", "/etc/edited:s/^Port .*/Port 2222/; y/a/b/");
    assert_content("/etc/edited", "Port 2222\nNbme b\n");
    assert_owner_and_mode("/etc/edited", 0, 42, 0640);
    size_t length;
    AUTO_FREE char *kept = guestfs_lgetxattr(g, "/etc/edited", "user.kept", &length);
    assert_non_null(kept);
    run_step("edit", "/etc/edited:s/no match/x/");
    fails_with("edit", "/etc/missing:s/a/b/", "no such file");
}

static void other_expressions_run_in_the_guests_perl(void **state)
{
    (void)state;
    put_guest("/etc/perl", "one\ntwo\n");
    run_step("chmod", "640:/etc/perl");
    fails_with("edit", "/etc/perl:$_ = uc", "the guest has no perl");
    if (!give_program_to_guest("/usr/bin/perl"))
        skip();
    run_step("edit", "/etc/perl:$_ = \"$lineno \" . uc; s/TWO/it's \"2\"/ if /TWO/");
    assert_content("/etc/perl", "1 ONE\n2 it's \"2\"\n");
    assert_owner_and_mode("/etc/perl", 0, 0, 0640);
    fails_with("edit", "/etc/perl:die \"enough\\n\"", "enough");
    fails_with("edit", "/etc/perl:nonsense(", "syntax error");
    assert_content("/etc/perl", "1 ONE\n2 it's \"2\"\n");
}

/* -- Programs -- */

static void commands_run_in_the_guest(void **state)
{
    (void)state;
    run_step("run-command", "hostname >/root/ran; echo \"$0 $#\" >>/root/ran; exit 0");
    assert_contains("/root/ran", "/bin/sh 0");
    struct error *err = NULL;
    assert_int_equal(try_step("run-command", "echo it is broken >&2; exit 3", &err), -1);
    assert_true(starts_with(err->message, "--run-command echo it is broken"));
    assert_error(err, ERROR_GUEST, "it is broken");
}

static void what_commands_leave_running_is_ended(void **state)
{
    (void)state;
    run_step("run-command", "sleep 10000 & echo $! >/root/pid");
    run_step("run-command", "! kill -0 $(cat /root/pid)");
    AUTO(guest_strings_free) char **mounts = guestfs_mountpoints(g);
    assert_non_null(mounts);
    assert_string_equal(mounts[1], "/");
    assert_null(mounts[2]);
}

static void a_script_runs_and_leaves_nothing(void **state)
{
    (void)state;
    put_local("setup.sh", "#!/bin/sh\necho \"${0##*/}\" >/root/script\n", 0600);
    put_local("bad.sh", "#!/bin/sh\necho no such luck\nexit 7\n", 0600);
    run_step("run", "setup.sh");
    assert_content("/root/script", "setup.sh\n");
    fails_with("run", "bad.sh", "no such luck");
    AUTO_FREE char *left = guestfs_sh(g, "ls -d /tmp/forge-* 2>/dev/null | wc -l");
    assert_non_null(left);
    assert_int_equal(atoi(left), 0);
}

/* The phony apt-get notes how it was called. */
static void packages_go_through_the_guests_manager(void **state)
{
    (void)state;
    put_local("local.deb", "not really", 0600);
    run_step("install", "nginx,./local.deb");
    assert_contains("/var/log/phony-packages", " update\n");
    assert_contains("/var/log/phony-packages", "force-confold install nginx\n");
    assert_contains("/var/log/phony-packages", "/local.deb\n");
    run_step("uninstall", "nginx,vim");
    assert_contains("/var/log/phony-packages", " remove nginx vim\n");
    assert_contains("/var/log/phony-packages", "apt-get clean\n");
    put_guest("/var/log/phony-packages", "");
    AUTO_FREE char *other = path_join(dir, "other");
    assert_int_equal(mkdir(other, 0700), 0);
    put_local("other/local.deb", "not either", 0600);
    run_step("package-file", "local.deb,other/local.deb");
    assert_contains("/var/log/phony-packages", "/1/local.deb ");
    assert_contains("/var/log/phony-packages", "/2/local.deb\n");
    run_step("update", NULL);
    assert_contains("/var/log/phony-packages", "force-confold update\n");
    assert_contains("/var/log/phony-packages", "force-confold upgrade\n");
    assert_int_equal(guestfs_exists(g, "/usr/sbin/policy-rc.d"), 0);
}

/* Managers that Debian has no package of: their names and words are all that can be tested here. */
static void yum_and_apk_are_called_with_the_right_words(void **state)
{
    (void)state;
    static const char log[] = "/var/log/phony-packages";
    static const struct {
        const char *name, *install, *install_file, *update, *uninstall;
    } rows[] = {
        { "yum", "yum -y install nginx\nyum clean packages\n",
          "yum -y --setopt=*.skip_if_unavailable=1 install /", "yum -y update\n",
          "yum -y remove nginx\n" },
        { "apk", "apk add --no-cache nginx\n", "apk add --no-cache --allow-untrusted /",
          "apk upgrade --no-cache\n", "apk del nginx\n" },
    };
    put_local("local.pkg", "not really", 0600);
    char *own = STEAL(guest->facts.package_management);
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        AUTO_FREE char *program = xasprintf("/usr/bin/%s", rows[i].name);
        assert_int_equal(guestfs_cp(g, "/usr/bin/apt-get", program), 0);
        guest->facts.package_management = xstrdup(rows[i].name);
        put_guest(log, "");
        run_step("install", "nginx");
        assert_content(log, rows[i].install);
        put_guest(log, "");
        run_step("package-file", "local.pkg");
        assert_contains(log, rows[i].install_file);
        run_step("update", NULL);
        assert_contains(log, rows[i].update);
        run_step("uninstall", "nginx");
        assert_contains(log, rows[i].uninstall);
        free(STEAL(guest->facts.package_management));
    }
    guest->facts.package_management = own;
}

/* -- Accounts -- */

static void root_password_is_a_hash_in_shadow(void **state)
{
    (void)state;
    put_local("secret", "correct horse\n", 0600);
    run_step("root-password", "file:secret");
    size_t length;
    AUTO_FREE char *shadow = guestfs_read_file(g, "/etc/shadow", &length);
    assert_non_null(shadow);
    AUTO_FREE char *hash = xstrndup(shadow + strlen("root:"), strcspn(shadow + 5, ":"));
    assert_string_equal(crypt("correct horse", hash), hash);
    assert_owner_and_mode("/etc/shadow", 0, 42, 0640);
    AUTO_FREE char *locked = xasprintf("root:!%s:", hash);
    run_step("root-password", "locked");
    assert_contains("/etc/shadow", locked);
    run_step("root-password", "disabled");
    assert_contains("/etc/shadow", "root:*:19675:");
    run_step("root-password", "random");
    assert_contains("/etc/shadow", "root:$6$");
}

static void a_password_is_that_users_alone(void **state)
{
    (void)state;
    run_step("password", "user:file:secret");
    size_t length;
    AUTO_FREE char *shadow = guestfs_read_file(g, "/etc/shadow", &length);
    assert_non_null(shadow);
    const char *field = strstr(shadow, "\nuser:");
    assert_non_null(field);
    AUTO_FREE char *hash = xstrndup(field + 6, strcspn(field + 6, ":"));
    assert_string_equal(crypt("correct horse", hash), hash);
    run_step("password", "user:hash:$6$salt$hash");
    assert_contains("/etc/shadow", "\nuser:$6$salt$hash:19675:");
    run_step("password", "user:locked:hash:$6$salt$hash");
    assert_contains("/etc/shadow", "\nuser:!$6$salt$hash:19675:");
    run_step("password", "user:locked:disabled");
    assert_contains("/etc/shadow", "\nuser:!*:19675:");
    fails_with("password", "nosuch:random", "no line for nosuch");
}

static void an_ssh_key_is_the_users_own(void **state)
{
    (void)state;
    put_local("id.pub", "ssh-ed25519 AAAAC3NzaC1lZDI1 me\n", 0600);
    run_step("ssh-inject", "user:file:id.pub");
    run_step("ssh-inject", "user:file:id.pub");
    run_step("ssh-inject", "user:key:ssh-rsa AAAAB3NzaC1yc2E me");
    assert_content("/home/user/.ssh/authorized_keys",
                   "ssh-ed25519 AAAAC3NzaC1lZDI1 me\nssh-rsa AAAAB3NzaC1yc2E me\n");
    assert_owner_and_mode("/home/user/.ssh", 1000, 1000, 0700);
    assert_owner_and_mode("/home/user/.ssh/authorized_keys", 1000, 1000, 0600);
    fails_with("ssh-inject", "nosuch:file:id.pub", "no user \"nosuch\"");
    fails_with("ssh-inject", "nobody:file:id.pub", "home directory /nonexistent");
}

/* -- The plan -- */

static void a_file_of_commands_is_run_line_by_line(void **state)
{
    (void)state;
    put_local("commands",
              "# a comment\n\nwrite /etc/listed:one\n  edit  /etc/listed:\\\n    s/one/two/\n",
              0600);
    run_step("commands-from-file", "commands");
    assert_content("/etc/listed", "two");
}

static void the_first_failure_ends_a_plan(void **state)
{
    (void)state;
    struct error *err = NULL;
    AUTO_PLAN struct customize_plan plan = { 0 };
    assert_ok(customize_plan_add(&plan, "touch", "/opt/before", dir, "a.yaml:1:3", &err) == 0, err);
    assert_ok(customize_plan_add(&plan, "truncate", "/opt/none", dir, "a.yaml:2:3", &err) == 0,
              err);
    assert_ok(customize_plan_add(&plan, "touch", "/opt/after", dir, "a.yaml:3:3", &err) == 0, err);
    assert_int_equal(customize_plan_run(&plan, guest, NULL, &err), -1);
    assert_error(err, ERROR_GUEST, "a.yaml:2:3: truncate: /opt/none: no such file");
    assert_int_equal(guestfs_exists(g, "/opt/before"), 1);
    assert_int_equal(guestfs_exists(g, "/opt/after"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hostname_is_set_in_every_file),
        cmocka_unit_test(timezone_is_linked_when_the_guest_knows_it),
        cmocka_unit_test(write_replaces_content_and_keeps_the_file),
        cmocka_unit_test(append_line_adds_the_newlines_that_are_missing),
        cmocka_unit_test(upload_belongs_to_root_whatever_the_host_says),
        cmocka_unit_test(copy_in_takes_a_tree),
        cmocka_unit_test(what_is_made_has_the_mode_and_owner_of_the_mapping),
        cmocka_unit_test(mkdir_touch_truncate_delete),
        cmocka_unit_test(truncate_recursive_empties_files_only),
        cmocka_unit_test(copy_goes_where_cp_would_put_it),
        cmocka_unit_test(move_replaces_files_but_not_directories),
        cmocka_unit_test(scrub_leaves_nothing_of_the_content),
        cmocka_unit_test(chmod_and_chown_take_numbers_and_the_guests_names),
        cmocka_unit_test(links_replace_links_but_not_directories),
        cmocka_unit_test(links_of_the_guest_stay_in_the_guest),
        cmocka_unit_test(links_in_the_way_are_replaced),
        cmocka_unit_test(what_is_no_file_is_not_opened),
        cmocka_unit_test(edit_changes_lines_and_nothing_else),
        cmocka_unit_test(other_expressions_run_in_the_guests_perl),
        cmocka_unit_test(commands_run_in_the_guest),
        cmocka_unit_test(what_commands_leave_running_is_ended),
        cmocka_unit_test(a_script_runs_and_leaves_nothing),
        cmocka_unit_test(packages_go_through_the_guests_manager),
        cmocka_unit_test(yum_and_apk_are_called_with_the_right_words),
        cmocka_unit_test(root_password_is_a_hash_in_shadow),
        cmocka_unit_test(a_password_is_that_users_alone),
        cmocka_unit_test(an_ssh_key_is_the_users_own),
        cmocka_unit_test(a_file_of_commands_is_run_line_by_line),
        cmocka_unit_test(an_archive_of_each_kind_goes_in),
        cmocka_unit_test(an_archive_keeps_what_it_says_of_new_files),
        cmocka_unit_test(names_of_one_file_may_each_carry_its_content),
        cmocka_unit_test(an_archive_is_given_to_the_owner_of_the_mapping),
        cmocka_unit_test(directories_that_are_there_stay_as_they_are),
        cmocka_unit_test(scripts_for_the_first_boot_run_once_in_their_order),
        cmocka_unit_test(every_init_gets_to_know_of_the_scripts),
        cmocka_unit_test(a_service_is_enabled_by_the_guests_own_tool),
        cmocka_unit_test(a_user_is_made_with_keys_and_sudo),
        cmocka_unit_test(a_group_is_made_once_and_has_members),
        cmocka_unit_test(the_time_comes_from_the_client_that_is_there),
        cmocka_unit_test(user_data_is_left_for_cloud_init),
        cmocka_unit_test(a_certificate_authority_is_trusted_from_now_on),
        cmocka_unit_test(a_source_of_packages_comes_with_its_key),
        cmocka_unit_test(the_kernels_arguments_are_changed_wherever_they_are),
        cmocka_unit_test(files_are_labelled_by_the_guests_own_policy),
        cmocka_unit_test(the_first_failure_ends_a_plan),
    };
    log_set_level(LOG_QUIET); /* a random password is told to the user alone */
    AUTO_FREE char *disk = path_join(getenv("FORGE_FIXTURES"), "debian.raw");
    if (access(disk, R_OK)) {
        fprintf(stderr, "skipped: %s is missing: FORGE_FIXTURES has no phony guests\n", disk);
        return getenv("CI") ? 1 : 77;
    }
    return cmocka_run_group_tests(tests, open_session, close_session);
}
