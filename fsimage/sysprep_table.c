/* SPDX-License-Identifier: Apache-2.0 */
/* Every operation of sysprep, one row each, in the order in which they run. The names, and what
 * belongs to them, are those of virt-sysprep(1), for Linux servers. */
#include "fsimage/sysprep/sysprep_ops.h"

/* Short forms for the rows: whole trees, anything but directories, regular files. */
#define TREES(PATTERN)                                                                             \
    {                                                                                              \
        SYSPREP_REMOVE, SYSPREP_ANYTHING, PATTERN, NULL                                            \
    }
#define FILES(PATTERN)                                                                             \
    {                                                                                              \
        SYSPREP_REMOVE, SYSPREP_FILE, PATTERN, NULL                                                \
    }
#define REGULAR(PATTERN)                                                                           \
    {                                                                                              \
        SYSPREP_REMOVE, SYSPREP_REGULAR, PATTERN, NULL                                             \
    }
#define EMPTY(PATTERN)                                                                             \
    {                                                                                              \
        SYSPREP_EMPTY, SYSPREP_REGULAR, PATTERN, NULL                                              \
    }
#define LINES(PATTERN, WORDS)                                                                      \
    {                                                                                              \
        SYSPREP_EDIT, SYSPREP_REGULAR, PATTERN, WORDS                                              \
    }
#define KEEP(PATTERN)                                                                              \
    {                                                                                              \
        SYSPREP_KEEP, SYSPREP_ANYTHING, PATTERN, NULL                                              \
    }
#define CREATE(PATH)                                                                               \
    {                                                                                              \
        SYSPREP_CREATE, SYSPREP_ANYTHING, PATH, NULL                                               \
    }
#define RULES(...)                                                                                 \
    (const struct sysprep_rule[])                                                                  \
    {                                                                                              \
        __VA_ARGS__,                                                                               \
        {                                                                                          \
            0                                                                                      \
        }                                                                                          \
    }

#define ROW(NAME, DEFAULT, HELP) .name = NAME, .by_default = DEFAULT, .help = HELP
enum { ON = true, OFF = false };

/* clang-format off */
const struct sysprep_op sysprep_ops[] = {
    { ROW("user-account", OFF, "Remove all users' accounts but root's, with their homes"),
      .find = sysprep_find_user_accounts },
    { ROW("abrt-data", ON, "Remove the crash data of ABRT"),
      .rules = RULES(TREES("/var/spool/abrt/*"), TREES("/var/tmp/abrt/*")) },
    { ROW("backup-files", ON, "Remove editors' backup files"),
      .rules = RULES(REGULAR("/etc/**/*.bak"), REGULAR("/etc/**/*~"), REGULAR("/root/**/*.bak"),
            REGULAR("/root/**/*~"), REGULAR("/srv/**/*.bak"), REGULAR("/srv/**/*~"),
            REGULAR("/tmp/**/*.bak"), REGULAR("/tmp/**/*~"), REGULAR("/var/**/*.bak"),
            REGULAR("/var/**/*~")) },
    { ROW("bash-history", ON, "Remove bash's histories of all users"),
      .rules = RULES(FILES("~/.bash_history")) },
    { ROW("blkid-tab", ON, "Remove blkid's cache"),
      .rules = RULES(FILES("/etc/blkid.tab*"), FILES("/etc/blkid/blkid.tab*"), FILES("/run/blkid/blkid.tab*"),
            FILES("/var/run/blkid.tab*")) },
    { ROW("ca-certificates", OFF, "Remove the certificates and keys of /etc/pki/CA and /etc/pki/tls"),
      .rules = RULES(KEEP("/etc/pki/tls/certs/ca-bundle.crt"), KEEP("/etc/pki/tls/certs/ca-bundle.trust.crt"),
            FILES("/etc/pki/CA/certs/*.crt"), FILES("/etc/pki/CA/crl/*.crt"),
            FILES("/etc/pki/CA/newcerts/*.crt"), FILES("/etc/pki/CA/private/*.key"),
            FILES("/etc/pki/tls/certs/*.crt"), FILES("/etc/pki/tls/private/*.key")) },
    { ROW("cloud-init", ON, "Remove cloud-init's state, so that it starts anew"),
      .rules = RULES(KEEP("/var/lib/cloud/seed"), TREES("/var/lib/cloud/*"), TREES("/run/cloud-init/*"),
            FILES("/var/log/cloud-init*.log*")) },
    { ROW("crash-data", ON, "Remove the kernel's crash dumps"),
      .rules = RULES(TREES("/var/crash/*"), TREES("/var/log/dump/*")) },
    { ROW("cron-spool", ON, "Remove users' cron and at jobs"),
      .rules = RULES(FILES("/var/spool/cron/**"), FILES("/var/spool/at/**"), FILES("/var/spool/atjobs/*"),
            FILES("/var/spool/atspool/*"), FILES("/var/spool/anacron/*")) },
    { ROW("dhcp-client-state", ON, "Remove DHCP clients' leases"),
      .rules = RULES(TREES("/var/lib/dhclient/*"), TREES("/var/lib/dhcp/*"), TREES("/var/lib/dhcpcd/*"),
            FILES("/var/lib/NetworkManager/*.lease"), FILES("/run/systemd/netif/leases/*")) },
    { ROW("dhcp-server-state", ON, "Remove DHCP servers' leases"),
      .rules = RULES(TREES("/var/lib/dhcpd/*"), TREES("/var/lib/kea/*")) },
    { ROW("dovecot-data", ON, "Remove Dovecot's data"),
      .rules = RULES(TREES("/var/lib/dovecot/*")) },
    { ROW("firewall-rules", OFF, "Remove custom firewall rules"),
      .rules = RULES(FILES("/etc/sysconfig/iptables"), FILES("/etc/sysconfig/ip6tables"),
            TREES("/etc/firewalld/services/*"), TREES("/etc/firewalld/zones/*"),
            FILES("/etc/iptables/rules.v4"), FILES("/etc/iptables/rules.v6")) },
    { ROW("flag-reconfiguration", OFF, "Have the system ask for its settings at the first boot"),
      .rules = RULES(CREATE("/.unconfigured")) },
    { ROW("ipa-client", ON, "Remove the files of an IPA client"),
      .rules = RULES(FILES("/etc/ipa/ca.crt"), FILES("/etc/ipa/default.conf"),
            TREES("/var/lib/ipa-client/sysrestore/*"), TREES("/var/lib/ipa-client/pki/*"),
            FILES("/etc/pki/ca-trust/source/anchors/ipa-ca.crt"),
            FILES("/etc/pki/ca-trust/source/ipa.p11-kit"),
            FILES("/usr/local/share/ca-certificates/ipa-ca.crt")) },
    { ROW("kerberos-data", OFF, "Remove the data of a Kerberos server"),
      .rules = RULES(KEEP("/var/kerberos/krb5kdc/kadm5.acl"), KEEP("/var/kerberos/krb5kdc/kdc.conf"),
            TREES("/var/kerberos/krb5kdc/*"), FILES("/var/lib/krb5kdc/**")) },
    { ROW("kerberos-hostkeytab", ON, "Remove the host's Kerberos key table"),
      .rules = RULES(FILES("/etc/krb5.keytab")) },
    { ROW("logfiles", ON, "Remove all log files, and what installers leave behind"),
      .rules = RULES(TREES("/var/log/journal/*"), FILES("/var/log/**"), FILES("/run/log/journal/**"),
            FILES("/root/anaconda-ks.cfg"), FILES("/root/anaconda-post.log"),
            FILES("/root/initial-setup-ks.cfg"), FILES("/root/install.log"),
            FILES("/root/install.log.syslog"), FILES("/root/original-ks.cfg"),
            FILES("/etc/Pegasus/*.cnf"), FILES("/etc/Pegasus/*.crt"), FILES("/etc/Pegasus/*.csr"),
            FILES("/etc/Pegasus/*.pem"), FILES("/etc/Pegasus/*.srl"),
            TREES("/var/cache/fontconfig/*"), TREES("/var/cache/gdm/*"), TREES("/var/cache/man/*"),
            FILES("/var/lib/AccountsService/users/*"), TREES("/var/lib/fprint/*"),
            FILES("/var/lib/logrotate.status"), FILES("/var/lib/logrotate/*status"),
            FILES("/var/named/data/named.run")) },
    { ROW("lvm-system-devices", ON, "Remove LVM's list of this machine's devices"),
      .rules = RULES(FILES("/etc/lvm/devices/system.devices")) },
    { ROW("machine-id", ON, "Empty the machine id, so that each machine makes its own"),
      .rules = RULES(EMPTY("/etc/machine-id"), REGULAR("/var/lib/dbus/machine-id")) },
    { ROW("mail-spool", ON, "Remove local mail"),
      .rules = RULES(TREES("/var/mail/*"), TREES("/var/spool/mail/*")) },
    { ROW("net-hostname", ON, "Remove hostnames from network interfaces' configuration"),
      .rules = RULES(LINES("/etc/sysconfig/network-scripts/ifcfg-*", "HOSTNAME= DHCP_HOSTNAME=")) },
    { ROW("net-hwaddr", ON, "Remove hardware addresses from network interfaces' configuration"),
      .rules = RULES(LINES("/etc/sysconfig/network-scripts/ifcfg-*", "HWADDR=")) },
    { ROW("net-nmconn", ON, "Remove NetworkManager's connection profiles"),
      .rules = RULES(FILES("/etc/NetworkManager/system-connections/*.nmconnection")) },
    { ROW("pacct-log", ON, "Remove the logs of process accounting"),
      .rules = RULES(FILES("/var/account/pacct*"), FILES("/var/log/account/pacct*")) },
    { ROW("package-manager-cache", ON, "Remove package managers' caches"),
      .rules = RULES(KEEP("/var/cache/apt/archives/lock"), FILES("/var/cache/apt/archives/**"),
            FILES("/var/cache/apt/*.bin"), TREES("/var/cache/dnf/*"), TREES("/var/cache/libdnf5/*"),
            TREES("/var/cache/yum/*"), TREES("/var/cache/zypp*/*"), FILES("/var/cache/pacman/pkg/*"),
            FILES("/var/cache/apk/*")) },
    { ROW("pam-data", ON, "Remove PAM's data"),
      .rules = RULES(TREES("/run/console/*"), TREES("/run/faillock/*"), TREES("/run/sepermit/*"),
            TREES("/var/run/console/*"), TREES("/var/run/faillock/*"),
            TREES("/var/run/sepermit/*"), FILES("/var/lib/faillock/*")) },
    { ROW("passwd-backups", ON, "Remove /etc/passwd- and similar backups"),
      .rules = RULES(FILES("/etc/group-"), FILES("/etc/gshadow-"), FILES("/etc/passwd-"),
            FILES("/etc/shadow-"), FILES("/etc/subgid-"), FILES("/etc/subuid-")) },
    { ROW("puppet-data-log", ON, "Remove Puppet's data and logs"),
      .rules = RULES(FILES("/var/log/puppet/**"), TREES("/var/lib/puppet/*/*")) },
    { ROW("random-seed", ON, "Remove the saved random seeds, so that each machine has its own"),
      .rules = RULES(FILES("/etc/random-seed"), FILES("/var/lib/misc/random-seed"),
            FILES("/var/lib/random-seed"), FILES("/var/lib/systemd/random-seed"),
            FILES("/var/lib/urandom/random-seed"), FILES("/var/lib/seedrng/*"),
            FILES("/boot/loader/random-seed"), FILES("/boot/efi/loader/random-seed"),
            FILES("/efi/loader/random-seed"), FILES("/var/lib/systemd/credential.secret")) },
    { ROW("rh-subscription-manager", ON, "Remove the registration with Red Hat's subscription manager"),
      .rules = RULES(FILES("/etc/pki/consumer/*"), FILES("/etc/pki/entitlement/*")) },
    { ROW("rhn-systemid", ON, "Remove the registration with Red Hat Network"),
      .rules = RULES(FILES("/etc/sysconfig/rhn/systemid"), FILES("/etc/sysconfig/rhn/osad-auth.conf")) },
    { ROW("rpm-db", ON, "Remove RPM's host-specific database files and locks"),
      .rules = RULES(FILES("/var/lib/rpm/__db.*"), FILES("/var/lib/rpm/.rpm.lock"),
            FILES("/usr/lib/sysimage/rpm/__db.*"), FILES("/usr/lib/sysimage/rpm/.rpm.lock")) },
    { ROW("samba-db-log", ON, "Remove Samba's databases and logs"),
      .rules = RULES(FILES("/var/log/samba/**"), FILES("/var/lib/samba/**")) },
    { ROW("smolt-uuid", ON, "Remove Smolt's hardware id"),
      .rules = RULES(FILES("/etc/sysconfig/hw-uuid"), FILES("/etc/smolt/uuid"), FILES("/etc/smolt/hw-uuid")) },
    { ROW("ssh-hostkeys", ON, "Remove the SSH server's keys"),
      .rules = RULES(FILES("/etc/ssh/*_host_*")) },
    { ROW("ssh-userdir", ON, "Remove the .ssh directories of all users"),
      .rules = RULES(TREES("~/.ssh"), TREES("~/.ssh/*")) }, /* where a key stays: all beside it */
    { ROW("sssd-db-log", ON, "Remove SSSD's databases and logs"),
      .rules = RULES(FILES("/var/log/sssd/*"), FILES("/var/lib/sss/db/*"), FILES("/var/lib/sss/mc/*")) },
    { ROW("udev-persistent-net", ON, "Remove udev's names for this machine's network cards"),
      .rules = RULES(FILES("/etc/udev/rules.d/70-persistent-net.rules")) },
    { ROW("utmp", ON, "Remove the record of who is logged in"),
      .rules = RULES(FILES("/run/utmp"), FILES("/var/run/utmp")) },
    { ROW("yum-uuid", ON, "Remove yum's id of this machine"),
      .rules = RULES(FILES("/var/lib/yum/uuid"), FILES("/var/lib/dnf/uuid")) },
    { ROW("zsh-history", ON, "Remove zsh's histories of all users"),
      .rules = RULES(FILES("~/.zsh_history"), FILES("~/.zhistory")) },
    { ROW("secrets", ON, "Remove private keys, authorized keys, histories and editors' leftovers"),
      .rules = RULES(FILES("~/.ssh/authorized_keys*"), FILES("~/.*history"), FILES("~/.*_hist"),
            FILES("~/.lesshst"), FILES("~/.viminfo"), FILES("~/.wget-hsts"),
            FILES("~/.gnupg/private-keys-v1.d/*"), FILES("~/.gnupg/secring.gpg"),
            FILES("~/**/.*.sw[a-p]"), FILES("~/**/#*#"), FILES("~/**/.#*"), REGULAR("~/**/*~"),
            FILES("/etc/**/.*.sw[a-p]"), FILES("/etc/**/#*#"), FILES("/etc/**/.#*"),
            FILES("/srv/**/.*.sw[a-p]"), FILES("/srv/**/#*#"), FILES("/srv/**/.#*"),
            FILES("/opt/**/.*.sw[a-p]"), FILES("/opt/**/#*#"), FILES("/opt/**/.#*"),
            REGULAR("/opt/**/*~")),
      .find = sysprep_find_secrets },
    { ROW("tmp-files", ON, "Remove temporary files"),
      .rules = RULES(TREES("/tmp/*"), TREES("/var/tmp/*")) },
    { ROW("fs-uuids", OFF, "Give the file systems new UUIDs, and change what names them"),
      .finish = sysprep_finish_fs_uuids },
    { ROW("lvm-uuids", OFF, "Give LVM's physical volumes and volume groups new UUIDs"),
      .finish = sysprep_finish_lvm_uuids },
};
/* clang-format on */

const size_t sysprep_op_count = ARRAY_SIZE(sysprep_ops);
_Static_assert(ARRAY_SIZE(sysprep_ops) <= 64, "sysprep_plan has a bit for each");
