/* SPDX-License-Identifier: Apache-2.0 */
/* --firstboot SCRIPT, --firstboot-command COMMAND, --firstboot-install PACKAGE,...: scripts that
 * the guest runs by itself, once, in the order given. */
#include "fsimage/guest/guest_file.h"
#include "fsimage/ops/init_system.h"
#include "fsimage/ops/local_file.h"
#include "fsimage/ops/ops.h"
#include "fsimage/ops/packages.h"

#include <ctype.h>
#include <string.h>

#define DIRECTORY "/usr/lib/forge-firstboot"
#define UNIT      "forge-firstboot.service"
#define SCRIPT    "forge-firstboot"

enum { NUMBER_MAX = 9999, NAME_MAX_LENGTH = 40 };

/* A script is put aside before it runs: one that restarts the machine runs once, and those behind
 * it run at the next boot. */
static const char runner[] =
    "#!/bin/sh\n"
    "# Runs each of the scripts once, in order. forge put them here.\n"
    "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root\n"
    "export PATH HOME\n"
    "cd " DIRECTORY " || exit 1\n"
    "umask 077\n"
    "exec </dev/null >>/var/log/forge-firstboot.log 2>&1\n"
    "umask 022\n"
    "failed=0\n"
    "for script in scripts/*; do\n"
    "  [ -f \"$script\" ] || continue\n"
    "  name=${script#scripts/}\n"
    "  mv \"$script\" \"done/$name\" || exit 1\n"
    "  echo \"=== $name\"\n"
    "  status=0\n"
    "  (cd / && \"" DIRECTORY "/done/$name\") || status=$?\n"
    "  echo \"=== $name: exit status $status\"\n"
    "  [ $status = 0 ] || failed=1\n"
    "done\n"
    "exit $failed\n";

static const char unit[] = "[Unit]\n"
                           "Description=Scripts for the first boot\n"
                           "Wants=network-online.target\n"
                           "After=network-online.target\n"
                           "ConditionDirectoryNotEmpty=" DIRECTORY "/scripts\n"
                           "\n"
                           "[Service]\n"
                           "Type=oneshot\n"
                           "ExecStart=/bin/sh " DIRECTORY "/run\n"
                           "\n"
                           "[Install]\n"
                           "WantedBy=multi-user.target\n";

static const char openrc_script[] = "#!/sbin/openrc-run\n"
                                    "description=\"Scripts for the first boot\"\n"
                                    "depend() { use net; }\n"
                                    "start() { /bin/sh " DIRECTORY "/run; }\n";

static const char sysv_script[] = "#!/bin/sh\n"
                                  "### BEGIN INIT INFO\n"
                                  "# Provides: " SCRIPT "\n"
                                  "# Required-Start: $all\n"
                                  "# Required-Stop:\n"
                                  "# Default-Start: 2 3 4 5\n"
                                  "# Default-Stop:\n"
                                  "# Short-Description: Scripts for the first boot\n"
                                  "### END INIT INFO\n"
                                  "# chkconfig: 2345 99 01\n"
                                  "[ \"$1\" != start ] || exec /bin/sh " DIRECTORY "/run\n";

/* How each init gets to know of the runner: a file, and links to it. "%s" is System V's directory
 * of runlevels. */
static const struct start {
    const char *text, *path, *target;
    int mode;
    const char *links[4];
} starts[] = {
    [INIT_SYSTEMD] = { unit,
                       "/etc/systemd/system/" UNIT,
                       "../" UNIT,
                       0644,
                       { "/etc/systemd/system/multi-user.target.wants/" UNIT } },
    [INIT_OPENRC] = { openrc_script,
                      "/etc/init.d/" SCRIPT,
                      "/etc/init.d/" SCRIPT,
                      0755,
                      { "/etc/runlevels/default/" SCRIPT } },
    [INIT_SYSV] = { sysv_script,
                    "/etc/init.d/" SCRIPT,
                    "/etc/init.d/" SCRIPT,
                    0755,
                    { "%s/rc2.d/S99" SCRIPT, "%s/rc3.d/S99" SCRIPT, "%s/rc4.d/S99" SCRIPT,
                      "%s/rc5.d/S99" SCRIPT } },
};

static int write_file(struct guest *guest, const char *path, const char *text, int mode,
                      struct error **err)
{
    AUTO_FREE char *parent = path_dirname(path);
    if (guest_file_make_directory(guest, parent, err) ||
        guest_file_write(guest, path, text, strlen(text), err))
        return -1;
    if (guestfs_chmod(guest_handle(guest), mode, path))
        return guest_error(guest, err, "%s", path);
    return 0;
}

static int add_link(struct guest *guest, const char *path, const char *target, struct error **err)
{
    AUTO_FREE char *parent = path_dirname(path);
    if (guest_file_make_directory(guest, parent, err))
        return -1;
    return guest_file_link(guest, target, path, err);
}

/* The runner and what starts it; again for a second script, which changes nothing. */
static int install_runner(struct guest *guest, struct error **err)
{
    enum init_system init;
    if (init_system_find(guest, &init, err) ||
        guest_file_make_directory(guest, DIRECTORY "/scripts", err) ||
        guest_file_make_directory(guest, DIRECTORY "/done", err) ||
        write_file(guest, DIRECTORY "/run", runner, 0755, err))
        return -1;
    const struct start *start = &starts[init];
    if (write_file(guest, start->path, start->text, start->mode, err))
        return -1;
    int red_hat = guest_file_exists(guest, "/etc/rc.d/rc2.d", err);
    if (red_hat < 0)
        return -1;
    for (size_t i = 0; i < ARRAY_SIZE(start->links) && start->links[i]; i++) {
        const char *link = start->links[i];
        bool runlevel = starts_with(link, "%s");
        AUTO_FREE char *path = xasprintf("%s%s",
                                         !runlevel ? ""
                                         : red_hat ? "/etc/rc.d"
                                                   : "/etc",
                                         link + (runlevel ? strlen("%s") : 0));
        if (add_link(guest, path, start->target, err))
            return -1;
    }
    return 0;
}

/* Where the next script goes, behind those of earlier steps and runs; owned. */
static char *next_path(struct guest *guest, const char *name, struct error **err)
{
    AUTO(guest_strings_free)
    char **names = guestfs_ls(guest_handle(guest), DIRECTORY "/scripts");
    if (!names) {
        guest_error(guest, err, "%s", DIRECTORY "/scripts");
        return NULL;
    }
    long number = 0;
    for (char **at = names; *at; at++) {
        long other = strtol(*at, NULL, 10);
        number = other > number ? other : number;
    }
    if (number >= NUMBER_MAX) {
        error_set(err, ERROR_GUEST, "there are too many scripts for the first boot");
        return NULL;
    }
    AUTO_FREE char *plain = xstrndup(name, NAME_MAX_LENGTH);
    for (char *at = plain; *at; at++)
        if (!isalnum((unsigned char)*at) && !strchr("._-", *at))
            *at = '-';
    return xasprintf("%s/%04ld-%s", DIRECTORY "/scripts", number + 1, plain);
}

static int add_text(struct guest *guest, const char *name, const char *text, struct error **err)
{
    AUTO_FREE char *path = install_runner(guest, err) ? NULL : next_path(guest, name, err);
    return path ? write_file(guest, path, text, 0755, err) : -1;
}

int op_firstboot(struct guest *guest, const struct customize_step *step, struct error **err)
{
    AUTO_FREE char *local = local_path(step, step->first);
    AUTO_FREE char *path = install_runner(guest, err) ? NULL
                                                      : next_path(guest, path_basename(local), err);
    return path ? guest_file_upload(guest, local, path, true, err) : -1;
}

int op_firstboot_command(struct guest *guest, const struct customize_step *step, struct error **err)
{
    AUTO_FREE char *text = xasprintf("#!/bin/sh\n%s\n", step->first);
    return add_text(guest, "command", text, err);
}

int op_firstboot_install(struct guest *guest, const struct customize_step *step, struct error **err)
{
    AUTO_FREE char *text = packages_install_script(guest, &step->items, err);
    return text ? add_text(guest, "install", text, err) : -1;
}
