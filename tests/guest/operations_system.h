/* SPDX-License-Identifier: Apache-2.0 */
/* Operations on what a system is made of: services, accounts, trust, sources of packages. */
#ifndef FORGE_TESTS_GUEST_OPERATIONS_SYSTEM_H
#define FORGE_TESTS_GUEST_OPERATIONS_SYSTEM_H

#include "tests/guest/phony_session.h"

#define FIRSTBOOT "/usr/lib/forge-firstboot"

/* A program of the guest's that notes how it was called, then does what SCRIPT says. */
static void put_program(const char *path, const char *script)
{
    AUTO_FREE char *text =
        xasprintf("#!/bin/sh\necho \"${0##*/} $*\" >>/var/log/calls\n%s\n", script);
    put_guest("/var/log/calls", "");
    put_guest(path, text);
    assert_int_equal(guestfs_chmod(g, 0755, path), 0);
}

/* /sbin/init leads to systemd, or to nothing that is known. */
static void choose_systemd(bool systemd)
{
    run_step("mkdir", "/usr/lib/systemd");
    run_step("touch", "/usr/lib/systemd/systemd");
    run_step("link", systemd ? "../lib/systemd/systemd:/usr/sbin/init" : "busybox:/usr/sbin/init");
}

static void scripts_for_the_first_boot_run_once_in_their_order(void **state)
{
    (void)state;
    choose_systemd(true);
    put_local("set up!.sh", "#!/bin/sh\necho \"script in $(pwd), home $HOME\"\n", 0600);
    run_step("firstboot", "set up!.sh");
    run_step("firstboot-command", "echo it\\'s the command; exit 3");
    run_step("firstboot-install", "nginx,vim");
    assert_owner_and_mode(FIRSTBOOT "/scripts/0001-set-up-.sh", 0, 0, 0755);
    assert_content(FIRSTBOOT "/scripts/0002-command",
                   "#!/bin/sh\necho it\\'s the command; exit 3\n");
    assert_contains(FIRSTBOOT "/scripts/0003-install", " update && apt-get ");
    assert_contains("/etc/systemd/system/forge-firstboot.service", "ExecStart=/bin/sh " FIRSTBOOT);
    assert_link("/etc/systemd/system/multi-user.target.wants/forge-firstboot.service",
                "../forge-firstboot.service");

    /* What the unit runs: with a failure in it, but to its end. */
    put_guest("/var/log/phony-packages", "");
    fails_with("run-command", "/bin/sh " FIRSTBOOT "/run", "failed in the guest");
    assert_content("/var/log/forge-firstboot.log",
                   "=== 0001-set-up-.sh\nscript in /, home /root\n"
                   "=== 0001-set-up-.sh: exit status 0\n"
                   "=== 0002-command\nit's the command\n=== 0002-command: exit status 3\n"
                   "=== 0003-install\n=== 0003-install: exit status 0\n");
    assert_owner_and_mode("/var/log/forge-firstboot.log", 0, 0, 0600);
    assert_contains("/var/log/phony-packages", "force-confold install nginx vim\n");
    run_step("run-command", "/bin/sh " FIRSTBOOT "/run; ls " FIRSTBOOT "/scripts >/root/left");
    assert_content("/root/left", "");
    assert_int_equal(guestfs_exists(g, FIRSTBOOT "/done/0002-command"), 1);
}

static void every_init_gets_to_know_of_the_scripts(void **state)
{
    (void)state;
    choose_systemd(false);
    fails_with("firstboot-command", "true", "neither systemd nor OpenRC");
    run_step("mkdir", "/etc/rc2.d");
    run_step("firstboot-command", "true");
    assert_link("/etc/rc2.d/S99forge-firstboot", "/etc/init.d/forge-firstboot");
    assert_link("/etc/rc5.d/S99forge-firstboot", "/etc/init.d/forge-firstboot");
    assert_owner_and_mode("/etc/init.d/forge-firstboot", 0, 0, 0755);
    run_step("run-command", "/etc/init.d/forge-firstboot stop");
    assert_int_equal(guestfs_exists(g, FIRSTBOOT "/scripts/0001-command"), 1);
    run_step("run-command", "/etc/init.d/forge-firstboot start");
    assert_int_equal(guestfs_exists(g, FIRSTBOOT "/scripts/0001-command"), 0);
    run_step("touch", "/sbin/openrc-run");
    run_step("firstboot-command", "true");
    assert_link("/etc/runlevels/default/forge-firstboot", "/etc/init.d/forge-firstboot");
    assert_contains("/etc/init.d/forge-firstboot", "#!/sbin/openrc-run\n");
    run_step("delete", "/sbin/openrc-run");
    run_step("delete", "/etc/rc?.d");
}

static void a_service_is_enabled_by_the_guests_own_tool(void **state)
{
    (void)state;
    choose_systemd(true);
    fails_with("service", "enable:ssh", "no tool that enables services");
    put_program("/bin/systemctl", "[ \"$3\" != no.service ] || { echo no such unit >&2; exit 1; }");
    run_step("service", "enable:ssh.service");
    run_step("service", "disable:cron");
    run_step("service", "mask:getty@tty1");
    assert_content("/var/log/calls", "systemctl --no-reload enable ssh.service\n"
                                     "systemctl --no-reload disable cron\n"
                                     "systemctl --no-reload mask getty@tty1\n");
    fails_with("service", "enable:no.service", "no such unit");
    choose_systemd(false);
    run_step("mkdir", "/etc/rc.d/rc2.d");
    put_program("/sbin/chkconfig", "");
    run_step("service", "disable:cron");
    fails_with("service", "mask:cron", "cannot mask services");
    put_program("/usr/sbin/update-rc.d", "");
    run_step("service", "enable:cron");
    assert_content("/var/log/calls", "update-rc.d cron defaults\n");
    run_step("delete", "/etc/rc.d");
}

static void a_user_is_made_with_keys_and_sudo(void **state)
{
    (void)state;
    put_local("id.pub", "ssh-ed25519 AAAAC3NzaC1lZDI1 me\n", 0600);
    fails_with("user-add", "deploy", "useradd");
    put_program("/usr/sbin/useradd",
                "for name; do :; done\nmkdir -p /home/$name && chown 2000:2000 /home/$name\n"
                "echo \"$name:x:2000:2000::/home/$name:/bin/sh\" >>/etc/passwd");
    run_step("user-add", "dev.ops:uid=2000,groups=adm+daemon,comment=A b,key=id.pub");
    assert_content("/var/log/calls", "useradd --create-home --uid 2000 --groups adm,daemon "
                                     "--comment A b --shell /bin/sh dev.ops\n");
    assert_content("/home/dev.ops/.ssh/authorized_keys", "ssh-ed25519 AAAAC3NzaC1lZDI1 me\n");
    assert_owner_and_mode("/home/dev.ops/.ssh/authorized_keys", 2000, 2000, 0600);
    fails_with("user-add", "first:sudo", "install sudo before");
    run_step("mkdir", "/etc/sudoers.d");
    run_step("user-add", "op.er:sudo,shell=/bin/ash");
    assert_content("/etc/sudoers.d/forge-op_er", "op.er ALL=(ALL:ALL) NOPASSWD: ALL\n");
    assert_owner_and_mode("/etc/sudoers.d/forge-op_er", 0, 0, 0440);
    put_program("/usr/sbin/useradd", "");
    run_setting("user-add", "one", NULL, "comment", "A, b");
    run_step("user-add", "two:group=daemon,no-home,no-user-group,no-log-init,shell=/bin/sh");
    assert_content("/var/log/calls", "useradd --create-home --comment A, b --shell /bin/sh one\n"
                                     "useradd --no-create-home --gid daemon --no-user-group "
                                     "--no-log-init --shell /bin/sh two\n");
    put_program("/usr/sbin/useradd", "exit 9");
    run_step("user-add", "op.er:existing,shell=/bin/ash");
    fails_with("user-add", "op.er:shell=/bin/ash", "useradd failed");
}

static void a_group_is_made_once_and_has_members(void **state)
{
    (void)state;
    fails_with("group-add", "web", "groupadd");
    put_program("/usr/sbin/groupadd", "echo \"$1:x:700:\" >>/etc/group");
    put_program("/usr/sbin/usermod", "[ \"$4\" != nobody-at-all ]");
    run_step("group-add", "web");
    run_step("group-add", "web:user,root");
    assert_content("/var/log/calls",
                   "groupadd web\nusermod -a -G web user\nusermod -a -G web root\n");
    fails_with("group-add", "web:nobody-at-all", "usermod failed");
}

static void the_time_comes_from_the_client_that_is_there(void **state)
{
    (void)state;
    fails_with("ntp", "a", "neither chrony nor systemd-timesyncd");
    run_step("mkdir", "/lib/systemd");
    run_step("touch", "/lib/systemd/systemd-timesyncd");
    run_step("ntp", "a.example.com,pool:b.example.com");
    assert_content("/etc/systemd/timesyncd.conf.d/forge.conf",
                   "[Time]\nNTP=\nNTP=a.example.com b.example.com\n");
    run_step("mkdir", "/etc/chrony");
    put_guest("/etc/chrony/chrony.conf",
              "confdir /etc/chrony/conf.d\n pool old iburst\nServer\told\nrtcsync\n");
    run_step("ntp", "a.example.com,pool:b.example.com");
    assert_content("/etc/chrony/chrony.conf",
                   "server a.example.com iburst\npool b.example.com iburst\n"
                   "confdir /etc/chrony/conf.d\nrtcsync\n");
    run_step("delete", "/etc/chrony");
}

/* As cloud-init's documentation of its datasource NoCloud has it. */
static void user_data_is_left_for_cloud_init(void **state)
{
    (void)state;
    put_local("user-data", "#cloud-config\nhostname: web\n", 0644);
    fails_with("cloud-seed", "user-data", "the guest has no cloud-init");
    run_step("touch", "/usr/bin/cloud-init");
    run_step("cloud-seed", "user-data");
    assert_content("/var/lib/cloud/seed/nocloud/user-data", "#cloud-config\nhostname: web\n");
    assert_owner_and_mode("/var/lib/cloud/seed/nocloud/user-data", 0, 0, 0600);
    assert_contains("/var/lib/cloud/seed/nocloud/meta-data", "instance-id: forge-");
    assert_content("/etc/cloud/cloud.cfg.d/99-forge-seed.cfg",
                   "datasource_list: [ NoCloud, None ]\n");
    run_step("touch", "/etc/cloud/cloud-init.disabled");
    fails_with("cloud-seed", "user-data", "is switched off by /etc/cloud/cloud-init.disabled");
    run_step("delete", "/etc/cloud");
    run_step("delete", "/usr/bin/cloud-init");
}

static void a_certificate_authority_is_trusted_from_now_on(void **state)
{
    (void)state;
    put_local("my ca.pem",
              "text\n-----BEGIN CERTIFICATE-----\nMIIA\n-----END CERTIFICATE-----\n"
              "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
              0600);
    fails_with("ca-cert", "my ca.pem", "no store of certificate authorities");
    run_step("mkdir", "/usr/local/share/ca-certificates");
    put_program("/usr/sbin/update-ca-certificates", "");
    run_step("ca-cert", "my ca.pem");
    assert_content("/usr/local/share/ca-certificates/my-ca.crt",
                   "-----BEGIN CERTIFICATE-----\nMIIA\n-----END CERTIFICATE-----\n");
    assert_content("/usr/local/share/ca-certificates/my-ca-2.crt",
                   "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n");
    assert_content("/var/log/calls", "update-ca-certificates \n");
    run_step("ca-cert", "-----BEGIN CERTIFICATE-----\nMIIC\n-----END CERTIFICATE-----\n");
    run_step("run-command", "cat /usr/local/share/ca-certificates/forge-*.crt >/root/inline");
    assert_content("/root/inline",
                   "-----BEGIN CERTIFICATE-----\nMIIC\n-----END CERTIFICATE-----\n");
}

static void the_kernels_arguments_are_changed_wherever_they_are(void **state)
{
    (void)state;
    fails_with("kernel-cmdline", "a=b", "no menu of GRUB that is known");
    run_step("mkdir", "/boot/grub");
    run_step("mkdir", "/boot/loader/entries");
    run_step("mkdir", "/etc/default");
    put_guest("/boot/grub/grub.cfg", "linux /vmlinuz ro quiet\n");
    put_guest("/boot/loader/entries/one.conf", "options root=1 $kernelopts\n");
    put_guest("/boot/grub/menu.lst", "kernel /vmlinuz ro\n");
    put_guest("/etc/default/grub", "GRUB_CMDLINE_LINUX=\"\"\n");
    run_step("kernel-cmdline", "a=b");
    assert_content("/boot/grub/grub.cfg", "linux /vmlinuz ro quiet a=b\n");
    assert_content("/boot/loader/entries/one.conf", "options root=1 $kernelopts a=b\n");
    assert_content("/boot/grub/menu.lst", "kernel /vmlinuz ro a=b\n");
    assert_content("/etc/default/grub", "GRUB_CMDLINE_LINUX=\"a=b\"\n");

    /* RHEL 8: entries refer to a variable of grubenv's, or, where that lacks it, of grub.cfg's. */
    AUTO_FREE char *filling = xcalloc(1024, 1);
    memset(filling, '#', 1023);
    AUTO_FREE char *block = xasprintf("# GRUB Environment Block\nkernelopts=ro quiet\n%s", filling);
    block[1024] = '\0';
    run_step("mkdir", "/boot/grub2");
    put_guest("/boot/grub2/grubenv", block);
    put_guest("/boot/grub2/grub.cfg", "  set kernelopts=\"ro quiet\"\n");
    put_guest("/boot/loader/entries/one.conf", "options $kernelopts\n");
    run_step("kernel-cmdline", "-quiet c=d");
    assert_contains("/boot/grub2/grubenv", "Block\nkernelopts=ro c=d\n####");
    assert_int_equal(guestfs_filesize(g, "/boot/grub2/grubenv"), 1024);
    assert_content("/boot/grub2/grub.cfg", "  set kernelopts=\"ro c=d\"\n");
    assert_content("/boot/loader/entries/one.conf", "options $kernelopts\n");
}

static void assert_label(const char *path, const char *label)
{
    size_t length;
    AUTO_FREE char *found = guestfs_lgetxattr(g, path, "security.selinux", &length);
    if (!found)
        fail_msg("%s has no label", path);
    AUTO_FREE char *text = xstrndup(found, length);
    assert_string_equal(text, label);
}

static void files_are_labelled_by_the_guests_own_policy(void **state)
{
    (void)state;
    fails_with("selinux-relabel", NULL, "the guest has no SELinux");
    run_step("mkdir", "/etc/selinux/mini/contexts/files");
    put_guest("/etc/selinux/config", "SELINUX=enforcing\nSELINUXTYPE=mini\n");
    fails_with("selinux-relabel", NULL, "the guest has no setfiles");
    if (!give_program_to_guest("/usr/sbin/setfiles"))
        skip();
    fails_with("selinux-relabel", NULL, "no /etc/selinux/mini/contexts/files/file_contexts");
    put_guest("/etc/selinux/mini/contexts/files/file_contexts",
              "/.*\tsystem_u:object_r:default_t:s0\n/etc(/.*)?\tsystem_u:object_r:etc_t:s0\n"
              "/etc/shadow\t--\tsystem_u:object_r:shadow_t:s0\n/tmp/.*\t<<none>>\n");
    put_guest("/.autorelabel", "");
    run_step("selinux-relabel", NULL);
    assert_label("/etc/shadow", "system_u:object_r:shadow_t:s0");
    assert_label("/etc/hostname", "system_u:object_r:etc_t:s0");
    assert_label("/usr/bin/busybox", "system_u:object_r:default_t:s0");
    assert_int_equal(guestfs_exists(g, "/.autorelabel"), 0);
    put_guest("/etc/selinux/mini/contexts/files/file_contexts", "/.*\tno label\n");
    fails_with("selinux-relabel", NULL, "setfiles failed in the guest");
}

static void a_source_of_packages_comes_with_its_key(void **state)
{
    (void)state;
    put_local("apt.asc", "-----BEGIN PGP PUBLIC KEY BLOCK-----\n", 0600);
    put_local("apt.key", "\x99\x01binary", 0600);
    put_local("site.sources",
              "Types: deb\nURIs: http://host/a\nSuites: x\nSigned-By: apt.key\n\n"
              "types: deb\nuris: http://host/b\nSuites: ./\nsigned-by:apt.asc\n",
              0600);
    run_step("apt-source", "tools:deb [arch=amd64 signed-by=apt.asc] http://host/ stable main");
    assert_content("/etc/apt/sources.list.d/tools.list",
                   "deb [arch=amd64 signed-by=/etc/apt/keyrings/tools.asc] http://host/ stable "
                   "main\n");
    assert_content("/etc/apt/keyrings/tools.asc", "-----BEGIN PGP PUBLIC KEY BLOCK-----\n");
    assert_owner_and_mode("/etc/apt/keyrings/tools.asc", 0, 0, 0644);
    run_step("apt-source", "site:site.sources");
    assert_content("/etc/apt/sources.list.d/site.sources",
                   "Types: deb\nURIs: http://host/a\nSuites: x\n"
                   "Signed-By: /etc/apt/keyrings/site.gpg\n\n"
                   "types: deb\nuris: http://host/b\nSuites: ./\n"
                   "signed-by:/etc/apt/keyrings/site-2.asc\n");
    assert_content("/etc/apt/keyrings/site.gpg", "\x99\x01binary");
    run_step("apt-source", "own:deb [signed-by=/usr/share/keyrings/x.gpg] http://host/ x y");
    assert_contains("/etc/apt/sources.list.d/own.list", "[signed-by=/usr/share/keyrings/x.gpg]");
    run_step("apt-source", "own:deb http://host/ $RELEASE x");
    assert_content("/etc/apt/sources.list.d/own.list", "deb http://host/ bookworm x\n");
}

#endif
