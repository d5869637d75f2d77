/* SPDX-License-Identifier: Apache-2.0 */
/* Cloud-configs: the steps that they come to, as cloud-init's documentation has the keys, and what
 * is refused. */
#include "forge/build/cloud_config.h"
#include "tests/unit/check.h"

#define HEADER "#cloud-config\n"
#define CA     "-----BEGIN CERTIFICATE-----\nMII=\n-----END CERTIFICATE-----\n"

static void parse(const char *text, struct cloud_config *config)
{
    cloud_config_parse("dir/user-data", text, strlen(text), config);
}

/* The steps a line each: name, value, then mode, owner and settings where there are any. Owned. */
static char *steps_of(const struct customize_plan *plan)
{
    char *all = xstrdup("");
    for (size_t i = 0; i < plan->count; i++) {
        const struct customize_step *step = &plan->steps[i];
        AUTO_FREE char *shown = customize_step_value(step);
        AUTO_FREE char *settings = xstrdup("");
        for (size_t j = 0; j < step->settings.count; j++) {
            char *longer = xasprintf("%s %s", settings, step->settings.items[j]);
            free(settings);
            settings = longer;
        }
        const char *value = customize_step_is_secret(step) ? "***" : shown ? shown : "";
        char *longer = xasprintf("%s%s %s%s%s%s%s%s\n", all, step->op->name, value,
                                 step->mode ? " " : "", step->mode ? step->mode : "",
                                 step->owner ? " " : "", step->owner ? step->owner : "", settings);
        free(all);
        all = longer;
    }
    return all;
}

static void documents_come_to_steps(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        /* write_files: root's, 0644, with the directory made; encodings; what waits. */
        { "write_files:\n- path: /etc/a/b\n  content: |\n    x\n",
          "mkdir /etc/a\nwrite /etc/a/b:x\n 0644 root:root\n" },
        { "write_files:\n- {path: /a, content: aGkK, encoding: b64, owner: 'www:adm', "
          "permissions: '0755'}\n",
          "write /a:aGkK 0755 www:adm encoding=base64\n" },
        { "write_files:\n- {path: /a, content: H4sIAAAAAAAAA8vI5AIAenpv7QMAAAA=, "
          "encoding: gz+b64, permissions: 0444}\n",
          "write /a:H4sIAAAAAAAAA8vI5AIAenpv7QMAAAA= 0444 root:root encoding=gzip+base64\n" },
        { "write_files:\n- {path: /a, content: !!binary aGkK}\n",
          "write /a:aGkK 0644 root:root encoding=base64\n" },
        { "write_files:\n- {path: /a, content: !!binary H4sIAAAAAAAAA8vI5AIAenpv7QMAAAA=, "
          "encoding: GZIP}\n",
          "write /a:H4sIAAAAAAAAA8vI5AIAenpv7QMAAAA= 0644 root:root encoding=gzip+base64\n" },
        { "write_files:\n- {path: /a}\n- {path: /b, content: x, append: true}\n",
          "write /a: 0644 root:root\nwrite /b:x 0644 root:root append=true\n" },
        { "write_files:\n- {path: /late, content: x, defer: yes}\n- {path: /early, content: x}\n"
          "packages: [web]\nruncmd: [ls]\n",
          "write /early:x 0644 root:root\ninstall web\nwrite /late:x 0644 root:root\n"
          "run-command set -e\nls\n" },
        { "write_files:\n- {path: /key, content: hidden, permissions: '0640'}\n",
          "write *** 0640 root:root\n" },

        /* set_hostname: get_hostname_fqdn() of cloud-init. */
        { "hostname: web\n", "hostname web\n" },
        { "hostname: web\nfqdn: www.example.com\n", "hostname web fqdn=www.example.com\n" },
        { "fqdn: www.example.com\n", "hostname www fqdn=www.example.com\n" },
        { "hostname: www.example.com\n", "hostname www fqdn=www.example.com\n" },
        { "hostname: web\nfqdn: www.example.com\nprefer_fqdn_over_hostname: true\n",
          "hostname www.example.com fqdn=www.example.com\n" },
        { "hostname: web\nmanage_etc_hosts: localhost\n", "hostname web\n" },
        { "hostname: web\npreserve_hostname: true\n", "" },

        { "timezone: Europe/Berlin\n", "timezone Europe/Berlin\n" },
        { "ca_certs:\n  trusted:\n  - |\n   -----BEGIN CERTIFICATE-----\n   MII=\n"
          "   -----END CERTIFICATE-----\n",
          "ca-cert " CA "\n" },
        { "ca-certs: {remove-defaults: false}\n", "" },

        /* users-groups */
        { "groups: [admin, cloud: [root, sys]]\n",
          "group-add admin\ngroup-add cloud\ngroup-add cloud:root,sys\n" },
        { "groups: 'a, b'\n", "group-add a\ngroup-add b\n" },
        { "groups: {a: [root], b: }\n", "group-add a\ngroup-add b\ngroup-add a:root\n" },
        { "groups: [web: [joe]]\nusers: [joe]\n",
          "group-add web\nuser-add joe existing=true\ngroup-add web:joe\n" },
        { "users:\n- default\n- one, two\n",
          "user-add one existing=true\nuser-add two existing=true\n" },
        { "users:\n- name: joe\n", "user-add joe existing=true\npassword ***\n" },
        { "users:\n- {name: joe, lock_passwd: false, gecos: 'Joe, J.', uid: 1500, shell: /bin/sh, "
          "homedir: /srv/joe, no_user_group: true, no_log_init: true, primary_group: web, "
          "groups: [adm, web]}\n",
          "group-add adm\ngroup-add web\n"
          "user-add joe comment=Joe, J. existing=true group=web groups=adm+web home=/srv/joe "
          "no-log-init=true no-user-group=true shell=/bin/sh uid=1500\n" },
        { "users:\n- {name: d, system: true, lock-passwd: false, groups: x, create_groups: no}\n",
          "user-add d existing=true groups=x no-home=true system=true\n" },
        { "users:\n- {name: joe, hashed_passwd: $6$a$b, lock_passwd: no, "
          "sudo: ['ALL=(ALL) NOPASSWD:ALL', 'ALL=(x) ALL']}\n",
          "user-add joe existing=true\npassword ***\nmkdir /etc/sudoers.d\n"
          "write /etc/sudoers.d/90-cloud-init-users:\n# User rules for joe\n"
          "joe ALL=(ALL) NOPASSWD:ALL\njoe ALL=(x) ALL\n 0440 root:root append=true\n" },
        { "users:\n- {name: root, lock_passwd: false, ssh_authorized_keys: "
          "[ssh-ed25519 AAAAC3NzaC1lZDI1 me]}\n",
          "ssh-inject root\n" },
        { "users:\n- {name: joe, lock_passwd: false, sudo: No}\n", "user-add joe existing=true\n" },
        { "users:\n- {name: joe, lock_passwd: false, sudo: false, ssh_authorized_keys: "
          "ssh-ed25519 AAAAC3NzaC1lZDI1 me}\n",
          "user-add joe existing=true\nssh-inject joe\n" },
        { "ssh_authorized_keys: [ssh-ed25519 AAAAC3NzaC1lZDI1 me]\n", "ssh-inject root\n" },

        /* apt-configure */
        { "apt:\n  preserve_sources_list: true\n  sources:\n    one.list:\n"
          "      source: deb http://h/ $RELEASE main\n",
          "apt-source one:deb http://h/ $RELEASE main\n" },
        { "apt:\n  sources:\n    one:\n      source: 'deb [arch=amd64] http://h/ x y'\n"
          "      key: '-----BEGIN PGP PUBLIC KEY BLOCK-----'\n",
          "mkdir /etc/apt/keyrings\n"
          "write /etc/apt/keyrings/one.asc:-----BEGIN PGP PUBLIC KEY BLOCK----- 0644 root:root\n"
          "apt-source one:deb [signed-by=/etc/apt/keyrings/one.asc arch=amd64] http://h/ x y\n" },
        { "apt:\n  sources:\n    one:\n      source: 'deb [signed-by=$KEY_FILE] http://h/ x y'\n"
          "      filename: two.list\n      key: '-----BEGIN PGP PUBLIC KEY BLOCK-----'\n",
          "mkdir /etc/apt/keyrings\n"
          "write /etc/apt/keyrings/two.asc:-----BEGIN PGP PUBLIC KEY BLOCK----- 0644 root:root\n"
          "apt-source two:deb [signed-by=/etc/apt/keyrings/two.asc] http://h/ x y\n" },
        { "apt:\n  sources:\n    k: {key: '-----BEGIN PGP PUBLIC KEY BLOCK-----'}\n",
          "mkdir /etc/apt/trusted.gpg.d\n"
          "write /etc/apt/trusted.gpg.d/k.asc:-----BEGIN PGP PUBLIC KEY BLOCK----- 0644 "
          "root:root\n" },
        { "apt:\n  sources:\n    new:\n      source: |\n        Types: deb\n        URIs: "
          "http://h/\n"
          "      key: '-----BEGIN PGP PUBLIC KEY BLOCK-----'\n",
          "mkdir /etc/apt/keyrings\n"
          "write /etc/apt/keyrings/new.asc:-----BEGIN PGP PUBLIC KEY BLOCK----- 0644 root:root\n"
          "mkdir /etc/apt/sources.list.d\n"
          "write /etc/apt/sources.list.d/new.sources:Types: deb\nURIs: http://h/\n"
          "Signed-By: /etc/apt/keyrings/new.asc\n 0644 root:root\n" },
        { "apt: {preserve_sources_list: true, sources_list: deb http://h/ x y}\n", "" },
        { "apt: {sources: {a: {source: 'deb http://h/$(ARCH) $RELEASE y'}}}\n",
          "apt-source a:deb http://h/$(ARCH) $RELEASE y\n" },
        { "apt: {conf: 'APT::Get::Assume-Yes \"1\";', sources_list: 'deb http://h/ x y'}\n",
          "mkdir /etc/apt\nwrite /etc/apt/sources.list:deb http://h/ x y 0644 root:root\n"
          "mkdir /etc/apt/apt.conf.d\nwrite /etc/apt/apt.conf.d/94cloud-init-config:"
          "APT::Get::Assume-Yes \"1\"; 0644 root:root\n" },

        /* package-update-upgrade-install */
        { "package_update: true\npackage_upgrade: true\n", "update \n" },
        { "package_update: true\npackages: [a, [b, '1.2-3'], {apt: [c, [d, 2]]}]\n",
          "install a,b=1.2-3,c,d=2\n" },
        { "packages: vim\n", "install vim\n" },

        { "ntp: {servers: [a.example.com], pools: [0.p.example.com]}\n",
          "ntp a.example.com,pool:0.p.example.com\n" },
        { "ntp: {enabled: false, servers: [a]}\n", "" },
        { "ntp:\n", "" },

        /* runcmd: one script; a list is quoted word by word, as shellify() of cloud-init does. */
        { "runcmd:\n- cd /srv && ls > x\n- [echo, \"it's\", '$HOME', 1]\n-\n",
          "run-command set -e\ncd /srv && ls > x\n'echo' 'it'\\''s' '$HOME' '1'\n" },

        /* The order is cloud-init's, whatever that of the document. */
        { "runcmd: [x]\nntp: {servers: [a]}\npackages: [p]\ntimezone: UTC\n"
          "apt: {sources: {s: {source: 'deb http://h/ x y'}}}\nusers: [u]\ngroups: [g]\n"
          "ca_certs: {trusted: \"-----BEGIN CERTIFICATE-----\\n-----END CERTIFICATE-----\"}\n"
          "hostname: h\nwrite_files: [{path: /a, content: x}]\n",
          "write /a:x 0644 root:root\nhostname h\n"
          "ca-cert -----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n"
          "group-add g\nuser-add u existing=true\napt-source s:deb http://h/ x y\ntimezone UTC\n"
          "install p\nntp a\nrun-command set -e\nx\n" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        AUTO_CLOUD_CONFIG struct cloud_config config = { 0 };
        AUTO_FREE char *text = xasprintf(HEADER "%s", rows[i][0]);
        struct error *err = NULL;
        parse(text, &config);
        if (recipe_faults_verdict(&config.faults, &err))
            fail_msg("%s%s", text, err->message);
        AUTO_FREE char *steps = steps_of(&config.plan);
        if (strcmp(steps, rows[i][1]) != 0)
            fail_msg("%scame to:\n%swanted:\n%s", text, steps, rows[i][1]);
    }
}

static void faults_have_a_place_and_say_what_to_do(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        { "pakages: [a]\n", "2:1: unknown key \"pakages\" (did you mean \"packages\"?)" },
        { "mounts: []\n", "2:1: \"mounts\" is about the machine's own disks: plant the document "
                          "with --cloud-config-at-boot" },
        { "- a\n", "2:1: \"#cloud-config\" wants keys" },
        { "a: *b\n", "aliases are not available" },
        { "a: &b c\n", "anchors are not available" },
        { "write_files: !!python/object:x y\n", "tags are not available" },
        { "hostname: a\nhostname: b\n", "3:1: the key \"hostname\" is already in line 2" },
        { "hostname: [a]\n", "2:11: \"hostname\" wants a text" },
        { "hostname: a b\n", "2:11: hostname: a hostname has letters" },
        { "hostname: !!binary aGkK\n", "\"hostname\" wants a text" },
        { "timezone: ../x\n", "a time zone is a name" },
        { "write_files: {path: /a}\n", "2:14: \"write_files\" is a list" },
        { "write_files: [{content: x}]\n", "a file wants a \"path\"" },
        { "write_files: [{path: a}]\n", "\"a\" is not an absolute path" },
        { "write_files: [{path: /a, mode: x}]\n", "unknown key \"mode\"" },
        { "write_files: [{path: /a, permissions: 644}]\n", "write '0644', in quotes" },
        { "write_files: [{path: /a, permissions: '0888'}]\n", "the permissions are octal" },
        { "write_files: [{path: /a, permissions: '17777'}]\n", "the mode is octal" },
        { "write_files: [{path: /a, encoding: rot13}]\n", "the encoding is one of b64" },
        { "write_files: [{path: /a, encoding: b64, content: '*'}]\n", "not in base 64" },
        { "write_files: [{path: /a, encoding: gz, content: x}]\n", "give it as gz+b64" },
        { "write_files: [{path: /a, encoding: b64, content: !!binary aGkK}]\n", "twice" },
        { "write_files: [{path: /a, append: maybe}]\n", "\"append\" is true or false" },
        { "write_files: [{path: /a, source: {uri: x}}]\n", "fetches the content by URL" },
        { "ca_certs: {trusted: [/etc/passwd]}\n", "not a certificate in PEM" },
        { "ca_certs: {remove_defaults: true}\n", "\"remove_defaults\" is not available" },
        { "groups: [a b]\n", "not the name of a group" },
        { "groups: [[a]]\n", "2:10: a group is a name, or a name with members" },
        { "groups: ['a:b']\n", "not the name of a group" },
        { "users: {joe: true}\n", "\"users\" is a list" },
        { "users: [{gecos: x}]\n", "the user has no \"name\"" },
        { "users: [{name: 'a:b'}]\n", "not the name of a user" },
        { "users: [{name: -x}]\n", "not the name of a user" },
        { "users: [{name: a, shel: /bin/sh}]\n", "did you mean \"shell\"?" },
        { "users: [{name: a, hashed_passwd: swordfish}]\n", "not a hash of a password" },
        { "users: [{name: a, ssh_authorized_keys: [x]}]\n", "not an SSH public key" },
        { "users: [{name: a, ssh_authorized_keys: ['file:/etc/passwd']}]\n",
          "not an SSH public key" },
        { "users: [{name: a, sudo: \"x=y\\nz\"}]\n", "one line" },
        { "users: [{name: a, sudo: true}]\n", "one line, such as" },
        { "users: ['a:sudo']\n", "not the name of a user" },
        { "users: [{name: a, lock-passwd: true, lock_passwd: false}]\n",
          "the key \"lock_passwd\" is already in line 2, as \"lock-passwd\"" },
        { "ca_certs: {}\nca-certs: {}\n", "is already in line 2" },
        { "\"a\\e[2Jb\": c\n", "unknown key \"a [2Jb\"" },
        { "users: [{name: a, ssh_import_id: [x]}]\n", "give the keys as \"ssh_authorized_keys\"" },
        { "ssh_authorized_keys: [x]\ndisable_root: true\n", "default user alone" },
        { "packages: ['./a.deb']\n", "a package is a name" },
        { "packages: ['a,b']\n", "a package is a name" },
        { "packages: [-oX]\n", "not the name of a package" },
        { "packages: [[a, b, c]]\n", "a package is a name" },
        { "packages: [{snap: [a]}]\n", "needs the snap store" },
        { "apt: {sources: {a.b: {source: deb http://h/ x y}}}\n", "a source's name has letters" },
        { "apt: {sources: {a: {source: 'ppa:x/y'}}}\n", "a line that begins with deb" },
        { "apt: {sources: {a: {source: local.sources}}}\n", "a line that begins with deb" },
        { "apt: {sources: {a: {source: 'deb [signed-by=x] http://h/ x y'}}}\n",
          "wants $KEY_FILE or a path of the guest" },
        { "apt: {sources: {a: {source: deb $MIRROR x y}}}\n", "write others out" },
        { "apt: {sources: {a: {source: 'deb http://h/ ${RELEASE} y'}}}\n", "write others out" },
        { "apt: {sources: {a: {source: 'deb [signed-by=$KEY_FILE] http://h/ x y'}}}\n",
          "with a \"key\", $KEY_FILE" },
        { "apt: {sources: {a: {source: deb http://h/ x y}, b: {source: deb http://i/ x y, "
          "filename: a.list}}}\n",
          "another source has this file" },
        { "apt: {sources: {a: {key: \"-----BEGIN PGP PUBLIC KEY BLOCK-----\\n"
          "-----BEGIN PGP PRIVATE KEY BLOCK-----\"}}}\n",
          "not an armored public key" },
        { "apt: {sources: {a: {source: \"Types: deb\\n\\nTypes: deb\", key: "
          "'-----BEGIN PGP PUBLIC KEY BLOCK-----'}}}\n",
          "each part of the source" },
        { "apt: {preserve_sources_list: maybe}\n", "is true or false" },
        { "apt: {sources: {a: {keyid: A}}}\n", "give the key itself" },
        { "apt: {sources: {a: {key: x}}}\n", "not an armored public key" },
        { "apt: {sources_list: deb $MIRROR x y}\n", "has no variables here" },
        { "apt: {proxy: 'http://p'}\n", "by \"conf\"" },
        { "ntp: {servers: ['a b']}\n", "not the name of a server" },
        { "ntp: {config: {}}\n", "by \"write_files\"" },
        { "runcmd: ls\n", "\"runcmd\" is a list" },
        { "runcmd: [[ls, [x]]]\n", "a word of a command is a text" },
        { "runcmd: [{a: b}]\n", "\"runcmd\" wants a text" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        AUTO_CLOUD_CONFIG struct cloud_config config = { 0 };
        AUTO_FREE char *text = xasprintf(HEADER "%s", rows[i][0]);
        struct error *err = NULL;
        parse(text, &config);
        if (recipe_faults_verdict(&config.faults, &err) == 0)
            fail_msg("accepted: %s", text);
        assert_error(err, ERROR_USAGE, rows[i][1]);
    }
}

static void a_document_comes_to_a_thousand_steps_at_most(void **state)
{
    (void)state;
    enum { GROUPS = 100000 };
    AUTO_CLOUD_CONFIG struct cloud_config config = { 0 };
    AUTO_STRINGS struct string_list names = { 0 };
    struct error *err = NULL;
    for (size_t i = 0; i < GROUPS; i++)
        string_list_take(&names, xasprintf("g%zu", i));
    AUTO_FREE char *list = string_list_join(&names, ",");
    AUTO_FREE char *text = xasprintf(HEADER "groups: %s\n", list);
    parse(text, &config);
    assert_int_equal(config.plan.count, 1000);
    assert_int_equal(recipe_faults_verdict(&config.faults, &err), -1);
    assert_error(err, ERROR_USAGE, "at most 1000 steps");
}

static void all_faults_are_told_at_once(void **state)
{
    (void)state;
    struct error *err = NULL;
    AUTO_CLOUD_CONFIG struct cloud_config config = { 0 };
    parse(HEADER "runcmd: x\nhostname: a b\nbootcmd: [x]\n", &config);
    assert_int_equal(recipe_faults_verdict(&config.faults, &err), -1);
    assert_string_equal(
        err->message,
        "the cloud-config has 3 mistakes:\n"
        "dir/user-data:2:9: \"runcmd\" is a list\n    runcmd: x\n            ^\n"
        "dir/user-data:3:11: hostname: a hostname has letters, digits, inner hyphens and dots\n"
        "    hostname: a b\n              ^\n"
        "dir/user-data:4:1: \"bootcmd\" runs at every boot: use --firstboot-command, a service, or "
        "--cloud-config-at-boot\n    bootcmd: ***\n    ^");
    error_free(err);
}

static void a_fault_hides_none_beside_it(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "users: [{name: a, doas: [x], uid: x}]\n",
        "write_files: [{path: /a, source: x, permissions: x}]\n",
        "apt: {proxy: x, sources: {a: {source: x}}}\n",
        "apt: {sources: {a: {keyid: x, source: x}}}\n",
        "ca_certs: {x: y, trusted: [x]}\n",
        "packages: [{snap: [a], apt: ['a b']}]\n",
        "ntp: {peers: [a], servers: ['a b']}\n",
    };
    for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
        AUTO_CLOUD_CONFIG struct cloud_config config = { 0 };
        AUTO_FREE char *text = xasprintf(HEADER "%s", texts[i]);
        parse(text, &config);
        if (config.faults.count != 2)
            fail_msg("%zu faults: %s", config.faults.count, text);
    }
}

static void other_user_data_is_told_from_a_cloud_config(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        { "", "is no cloud-config: its first line" },
        { "packages: [a]\n", "is no cloud-config: its first line" },
        { " #cloud-config\n", "is no cloud-config: its first line" },
        { "#cloud-configs\n", "is no cloud-config: its first line" },
        { "#cloud-config-archive\n", "is an archive" },
        { "#!/bin/sh\n", "is a script: use --run" },
        { "#include\nhttp://x/\n", "names other files" },
        { "## template: jinja\n#cloud-config\n", "is a template" },
        { "Content-Type: multipart/mixed\n", "is a MIME archive" },
        { "MIME-Version: 1.0\n", "is a MIME archive" },
        { "#cloud-boothook\n", "every boot" },
        { "\x1f\x8b\x08", "is compressed" },
        { "\xef\xbb\xbf#cloud-config\n", "a byte order mark" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        AUTO_CLOUD_CONFIG struct cloud_config config = { 0 };
        struct error *err = NULL;
        parse(rows[i][0], &config);
        assert_int_equal(recipe_faults_verdict(&config.faults, &err), -1);
        assert_error(err, ERROR_USAGE, rows[i][1]);
    }
    AUTO_CLOUD_CONFIG struct cloud_config config = { 0 };
    parse("#cloud-config \r\nhostname: a\n", &config);
    assert_int_equal(config.plan.count, 1);
}

static void what_is_left_out_is_a_warning(void **state)
{
    (void)state;
    AUTO_CLOUD_CONFIG struct cloud_config config = { 0 };
    parse(HEADER
          "growpart: {mode: auto}\nusers: [default]\nfinal_message: x\n"
          "ntp: {enabled: true}\n"
          "apt: {preserve_sources_list: true, sources_list: x, sources: {a: {append: true}}}\n",
          &config);
    assert_int_equal(config.faults.count, 0);
    assert_int_equal(config.plan.count, 0);
    assert_int_equal(config.warnings.count, 6);
    assert_string_equal(config.warnings.items[0].message,
                        "\"growpart\" is left out: it is done at boot; --size makes the disk "
                        "larger now");
}

static void a_secret_is_in_no_message(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "users: [{name: a, hashed_passwd: swordfish}]\n",
        "users: [{name: a, pasword: swordfish}]\n",
        "users: [{name: a, plain_text_passwd: swordfish, x: y}]\n",
        "users: [{name: -a, plain_text_passwd: swordfish}]\n",
        "users: {a: {passwd: swordfish}}\n",
        "users: [[{name: a, passwd: swordfish}]]\n",
        "users: - {passwd: swordfish}\n",
        "pasword: swordfish\n",
        "password: swordfish\n",
        "chpasswd: {list: 'a:swordfish'}\n",
        "write_files: [{path: a, content: swordfish, permissions: '0600'}]\n",
        "write_files: {path: a, content: swordfish}\n",
        "- passwd: swordfish\n",
        "users: [{name: a, ssh_authorized_keys: ['-----BEGIN PRIVATE KEY----- swordfish']}]\n",
    };
    for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
        AUTO_CLOUD_CONFIG struct cloud_config config = { 0 };
        AUTO_FREE char *text = xasprintf(HEADER "%s", texts[i]);
        struct error *err = NULL;
        parse(text, &config);
        if (recipe_faults_verdict(&config.faults, &err) == 0)
            fail_msg("accepted: %s", text);
        if (strstr(err->message, "swordfish"))
            fail_msg("%s", err->message);
        for (size_t j = 0; j < config.warnings.count; j++)
            assert_null(strstr(config.warnings.items[j].message, "swordfish"));
        error_free(err);
    }
}

static void every_key_is_in_the_manual(void **state)
{
    (void)state;
    AUTO_FREE char *manual = source_text("forge/man/forge-cloud-config.5.scd");
    for (const struct cloud_key *key = cloud_keys; key->name; key++) {
        static const char *const words[] = { "applied", "left out", "refused" };
        AUTO_FREE char *row = xasprintf("\n|  *%s*\n:  %s", key->name, words[key->verdict]);
        if (!strstr(manual, row))
            fail_msg("forge-cloud-config(5) lacks the row: %s", row);
        assert_int_equal(!key->why, key->verdict == CLOUD_APPLIED);
        if (key > cloud_keys)
            assert_true(strcmp(key[-1].name, key->name) < 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(documents_come_to_steps),
        cmocka_unit_test(faults_have_a_place_and_say_what_to_do),
        cmocka_unit_test(a_document_comes_to_a_thousand_steps_at_most),
        cmocka_unit_test(all_faults_are_told_at_once),
        cmocka_unit_test(a_fault_hides_none_beside_it),
        cmocka_unit_test(other_user_data_is_told_from_a_cloud_config),
        cmocka_unit_test(what_is_left_out_is_a_warning),
        cmocka_unit_test(a_secret_is_in_no_message),
        cmocka_unit_test(every_key_is_in_the_manual),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
