/* SPDX-License-Identifier: Apache-2.0 */
/* Every operation, one row each: command-line option = recipe key = function = help. */
#include "fsimage/ops/ops.h"

#include <string.h>

/* Short names for what every row says about its value. */
#define FLAG   CUSTOMIZE_FLAG
#define STRING CUSTOMIZE_STRING
#define PAIR   CUSTOMIZE_PAIR
#define LIST   CUSTOMIZE_LIST
#define ROW(NAME, VALUE, VALUE_NAME, FUNCTION, CHECK, HELP)                                        \
    .name = NAME, .value = VALUE, .value_name = VALUE_NAME, .when = CUSTOMIZE_IN_ORDER,            \
    .run = FUNCTION, .check = CHECK, .help = HELP

/* A recipe may say the mode and the owner of what it makes. */
#define OWNED .takes_mode = true, .takes_owner = true

/* clang-format off */
const struct customize_op customize_ops[] = {
    { ROW("append-line", PAIR, "FILE:LINE", op_append_line, check_append_line,
          "Append a line to a file"), OWNED },
    { ROW("apt-source", PAIR, "NAME:SOURCE", op_apt_source, check_apt_source,
          "Add a source of packages to apt, its key with it: a \"deb\" line or a .sources file"),
      .files = files_apt_source },
    { ROW("ca-cert", STRING, "FILE", op_ca_cert, check_ca_cert,
          "Let the guest trust the certificate authorities in a local PEM file"),
      .files = files_ca_cert, .runs_guest = true },
    { ROW("chmod", PAIR, "MODE:PATH", op_chmod, check_chmod,
          "Change the permissions of a file, in octal") },
    { ROW("chown", PAIR, "OWNER:PATH", op_chown, check_chown,
          "Change the owner of a file: UID:GID or UID.GID, numbers or the guest's names") },
    { ROW("cloud-seed", STRING, "FILE", op_cloud_seed, check_local_file,
          "Leave user data in the guest for cloud-init to find at the next boot"),
      .files = files_first },
    { .name = "commands-from-file", .value = STRING, .value_name = "FILE",
      .expand = expand_commands_file, .check = check_local_file,
      .help = "Run the operations in a local file, one a line" },
    { ROW("copy", PAIR, "SOURCE:DEST", op_copy, check_copy,
          "Copy files and directory trees within the guest"), OWNED },
    { ROW("copy-in", PAIR, "LOCAL:REMOTEDIR", op_copy_in, check_copy_in,
          "Copy a local file or directory tree into a directory of the guest"),
      .files = files_first, OWNED },
    { ROW("delete", STRING, "PATH", op_delete, check_not_root,
          "Delete files and directory trees, wildcards allowed") },
    { ROW("edit", PAIR, "FILE:EXPR", op_edit, check_edit,
          "Edit a file line by line: s/x/y/, y/abc/xyz/, or any Perl the guest can run") },
    { ROW("firstboot", STRING, "SCRIPT", op_firstboot, check_local_file,
          "Run a local script or program at the guest's first boot, in the order given"),
      .files = files_first },
    { ROW("firstboot-command", STRING, "COMMAND", op_firstboot_command, check_run_command,
          "Run a shell command at the guest's first boot, in the order given") },
    { ROW("firstboot-install", LIST, "PACKAGE,...", op_firstboot_install, check_package_names,
          "Install packages at the guest's first boot, from its own network") },
    { ROW("group-add", STRING, "NAME[:USER,...]", op_group_add, check_group_add,
          "Make a group, unless it is there, and put users into it"),
      .runs_guest = true },
    { ROW("hostname", STRING, "NAME", op_hostname, check_hostname,
          "Set the hostname"), .settings = hostname_settings },
    { ROW("install", LIST, "PACKAGE,...", op_install, check_install,
          "Install packages with the guest's package manager"),
      .files = files_install, .runs_guest = true, .needs_network = true,
      .is_local = install_is_local },
    { ROW("kernel-cmdline", STRING, "ARGUMENT...", op_kernel_cmdline, check_kernel_cmdline,
          "Add arguments to the kernel's command line, or remove them: -ARGUMENT") },
    { ROW("link", PAIR, "TARGET:LINK", op_link, check_link,
          "Make symbolic links to TARGET: LINK[:LINK...]") },
    { ROW("mkdir", STRING, "DIR", op_mkdir, check_guest_path,
          "Make a directory and those above it"), OWNED },
    { ROW("move", PAIR, "SOURCE:DEST", op_move, check_copy,
          "Move files and directories within the guest"), OWNED },
    { ROW("ntp", LIST, "SERVER,...", op_ntp, check_ntp,
          "Set the servers that chrony or systemd-timesyncd gets the time from") },
    { ROW("package-file", LIST, "FILE,...", op_package_file, check_package_file,
          "Install local .deb, .rpm or other package files, without network"),
      .files = files_items, .runs_guest = true },
    { ROW("password", PAIR, "USER:SELECTOR", op_password, check_password,
          "Set a user's password, as --root-password does"),
      .of_account = true, .secret = true },
    { ROW("root-password", STRING, "SELECTOR", op_root_password, check_root_password,
          "Set root's password: file:PATH, env:NAME, fd:N, password:TEXT, random, disabled, locked"),
      .secret = true },
    { ROW("run", STRING, "SCRIPT", op_run, check_local_file,
          "Run a local script or program in the guest"),
      .files = files_first, .runs_guest = true },
    { ROW("run-command", STRING, "COMMAND", op_run_command, check_run_command,
          "Run a shell command in the guest"),
      .runs_guest = true },
    { ROW("scrub", STRING, "FILE", op_scrub, check_guest_path,
          "Overwrite a file with zeros, then delete it") },
    { .name = "selinux-relabel", .value = FLAG, .when = CUSTOMIZE_AFTER,
      .run = op_selinux_relabel, .runs_guest = true,
      .help = "Correct the SELinux labels of all files, after everything else" },
    { ROW("service", PAIR, "ACTION:NAME", op_service, check_service,
          "Say whether a service starts at boot: enable, disable or mask"),
      .runs_guest = true },
    { ROW("ssh-inject", STRING, "USER[:SELECTOR]", op_ssh_inject, check_ssh_inject,
          "Let a public key log in as USER: file:PATH or key:TEXT, by default your own"),
      .files = files_ssh_inject, .of_account = true, .keys = keys_ssh_inject },
    { ROW("tar-in", PAIR, "ARCHIVE:REMOTEDIR", op_tar_in, check_tar_in,
          "Unpack a local tar, zip or other archive into a directory of the guest"),
      .files = files_first, .takes_owner = true },
    { ROW("timezone", STRING, "ZONE", op_timezone, check_timezone,
          "Set the time zone, for example Europe/London") },
    { ROW("touch", STRING, "FILE", op_touch, check_guest_path,
          "Make a file, or renew its time stamps"), OWNED },
    { ROW("truncate", STRING, "FILE", op_truncate, check_guest_path,
          "Empty an existing file") },
    { ROW("truncate-recursive", STRING, "DIR", op_truncate_recursive, check_not_root,
          "Empty all files in a directory tree") },
    { ROW("uninstall", LIST, "PACKAGE,...", op_uninstall, check_package_names,
          "Remove packages with the guest's package manager"),
      .runs_guest = true },
    { ROW("update", FLAG, NULL, op_update, NULL,
          "Update all installed packages with the guest's package manager"),
      .runs_guest = true, .needs_network = true },
    { ROW("upload", PAIR, "FILE:DEST", op_upload, check_upload,
          "Copy a local file into the guest, owned by root"), .files = files_first, OWNED },
    { ROW("user-add", STRING, "NAME[:SETTING,...]", op_user_add, check_user_add,
          "Make a user: uid=N, groups=A+B, shell=PATH, home=DIR, comment=TEXT, system, sudo, "
          "key=FILE and more"),
      .files = files_user_add, .of_account = true, .keys = keys_user_add, .runs_guest = true,
      .settings = user_add_settings },
    { ROW("write", PAIR, "FILE:CONTENT", op_write, check_write,
          "Write a text to a file"), OWNED, .settings = write_settings },
};
/* clang-format on */

const size_t customize_op_count = ARRAY_SIZE(customize_ops);

const struct customize_op *customize_op_find(const char *name)
{
    for (size_t i = 0; i < customize_op_count; i++)
        if (strcmp(customize_ops[i].name, name) == 0)
            return &customize_ops[i];
    return NULL;
}
