/* SPDX-License-Identifier: Apache-2.0 */
/* --install, --uninstall PACKAGE,...: the guest's own package manager, chosen from one table. */
#include "fsimage/ops/guest_file.h"
#include "fsimage/ops/local_file.h"
#include "fsimage/ops/ops.h"

#include <ctype.h>
#include <string.h>

enum { ARGV_MAX = 10 };

/* Commands without the packages, which follow. A configuration file that an earlier step changed
 * wins over the package's: the steps are the user's word. */
struct package_manager {
    const char *name;              /* as libguestfs's inspection calls it */
    const char *refresh[ARGV_MAX]; /* before packages come from the network; may be empty */
    const char *install[ARGV_MAX];
    const char *install_file[ARGV_MAX]; /* packages that are files */
    const char *remove[ARGV_MAX];
};

#define APT                                                                                        \
    "apt-get", "-q", "-y", "-o", "Dpkg::Options::=--force-confdef", "-o",                          \
        "Dpkg::Options::=--force-confold"

/* clang-format off */
static const struct package_manager managers[] = {
    { "apt",    { APT, "update" },
                { APT, "install" },
                { APT, "install" },
                { APT, "remove" } },
    { "dnf",    { NULL },
                { "dnf", "-y", "install" },
                { "dnf", "-y", "install" },
                { "dnf", "-y", "remove" } },
    { "yum",    { NULL },
                { "yum", "-y", "install" },
                { "yum", "-y", "install" },
                { "yum", "-y", "remove" } },
    { "zypper", { "zypper", "-n", "refresh" },
                { "zypper", "-n", "install", "-l" },
                { "zypper", "-n", "--no-refresh", "install", "-l", "--allow-unsigned-rpm" },
                { "zypper", "-n", "remove" } },
    { "pacman", { "pacman", "-Sy", "--noconfirm" },
                { "pacman", "-S", "--noconfirm" },
                { "pacman", "-U", "--noconfirm" },
                { "pacman", "-R", "--noconfirm" } },
    { "apk",    { "apk", "update" },
                { "apk", "add" },
                { "apk", "add", "--allow-untrusted" },
                { "apk", "del" } },
};
/* clang-format on */

static const struct package_manager *find_manager(struct guest *guest, struct error **err)
{
    const char *name = guest_facts(guest)->package_management;
    for (size_t i = 0; name && i < ARRAY_SIZE(managers); i++)
        if (strcmp(managers[i].name, name) == 0)
            return &managers[i];
    if (name)
        error_set(err, ERROR_GUEST, "the guest's package manager, %s, is not supported", name);
    else
        error_set(err, ERROR_GUEST, "the guest has no package manager that is known");
    return NULL;
}

/* COMMAND followed by the packages. */
static int run_manager(struct guest *guest, const char *const command[ARGV_MAX],
                       const struct string_list *packages, struct error **err)
{
    size_t count = 0;
    AUTO_FREE const char **argv = xcalloc(ARGV_MAX + packages->count + 1, sizeof(*argv));
    for (; count < ARGV_MAX && command[count]; count++)
        argv[count] = command[count];
    for (size_t i = 0; i < packages->count; i++)
        argv[count++] = packages->items[i];
    return guest_run(guest, argv, NULL, err);
}

/* A local package file has a slash in its name; the name of a package has none. */
static bool is_file(const char *package)
{
    return strchr(package, '/');
}

bool install_is_local(const struct customize_step *step)
{
    for (size_t i = 0; i < step->items.count; i++)
        if (!is_file(step->items.items[i]))
            return false;
    return true;
}

void files_install(const struct customize_step *step, struct string_list *names)
{
    for (size_t i = 0; i < step->items.count; i++)
        if (is_file(step->items.items[i]))
            string_list_add(names, step->items.items[i]);
}

/* A name must not be taken for an option, nor for anything that a package manager evaluates. Groups
 * of dnf begin with "@" and may have blanks. */
static int check_name(const char *name, struct error **err)
{
    bool group = *name == '@', good = group || isalnum((unsigned char)*name);
    for (const char *at = name; *at; at++)
        good &= isalnum((unsigned char)*at) || strchr("+-._:=~@*^", *at) || (group && *at == ' ');
    return good ? 0 : error_set(err, ERROR_USAGE, "\"%s\" is not the name of a package", name);
}

int check_uninstall(struct customize_step *step, struct error **err)
{
    for (size_t i = 0; i < step->items.count; i++)
        if (check_name(step->items.items[i], err))
            return -1;
    return 0;
}

int check_install(struct customize_step *step, struct error **err)
{
    for (size_t i = 0; i < step->items.count; i++) {
        const char *package = step->items.items[i];
        AUTO_FREE char *local = is_file(package) ? local_path(step, package) : NULL;
        if (local ? local_file_check(local, NULL, err) : check_name(package, err))
            return -1;
    }
    return 0;
}

/* Local package files go to DIR of the guest, their paths to FILES; the other names to NAMES. */
static int sort_packages(struct guest *guest, const struct customize_step *step, const char *dir,
                         struct string_list *files, struct string_list *names, struct error **err)
{
    for (size_t i = 0; i < step->items.count; i++) {
        const char *package = step->items.items[i];
        if (!is_file(package)) {
            string_list_add(names, package);
            continue;
        }
        AUTO_FREE char *local = local_path(step, package);
        string_list_take(files, path_join(dir, path_basename(local)));
        if (guest_file_upload(guest, local, files->items[files->count - 1], false, err))
            return -1;
    }
    return 0;
}

static int install(struct guest *guest, const struct package_manager *manager,
                   const struct customize_step *step, const char *dir, struct error **err)
{
    AUTO_STRINGS struct string_list files = { 0 };
    AUTO_STRINGS struct string_list names = { 0 };
    static const struct string_list none = { 0 };
    if (sort_packages(guest, step, dir, &files, &names, err))
        return -1;
    if (names.count && manager->refresh[0] && run_manager(guest, manager->refresh, &none, err))
        return -1;
    /* Files first: a package from the network may depend on one of them. */
    if (files.count && run_manager(guest, manager->install_file, &files, err))
        return -1;
    return names.count ? run_manager(guest, manager->install, &names, err) : 0;
}

/* Debian's packages start services when they are installed, unless this file forbids it; one that
 * the guest has already decides for itself. */
static int forbid_services(struct guest *guest, const char *path, bool *forbidden,
                           struct error **err)
{
    static const char script[] = "#!/bin/sh\nexit 101\n";
    const char *format = guest_facts(guest)->package_format;
    int present = guest_file_exists(guest, path, err);
    if (present || !format || strcmp(format, "deb") != 0)
        return present < 0 ? -1 : 0;
    if (guest_file_write(guest, path, script, strlen(script), err))
        return -1;
    *forbidden = true;
    if (guestfs_chmod(guest_handle(guest), 0755, path))
        return guest_error(guest, err, "%s", path);
    return 0;
}

int op_install(struct guest *guest, const struct customize_step *step, struct error **err)
{
    static const char policy[] = "/usr/sbin/policy-rc.d";
    const struct package_manager *manager = find_manager(guest, err);
    AUTO_FREE char *dir = manager ? guest_file_temporary(guest, err) : NULL;
    if (!dir)
        return -1;
    bool forbidden = false;
    int result = forbid_services(guest, policy, &forbidden, err);
    if (!result)
        result = install(guest, manager, step, dir, err);
    if (forbidden && guestfs_rm_f(guest_handle(guest), policy))
        result = guest_error(guest, err, "removing %s", policy);
    return guest_file_remove_temporary(guest, dir, err) ? -1 : result;
}

int op_uninstall(struct guest *guest, const struct customize_step *step, struct error **err)
{
    const struct package_manager *manager = find_manager(guest, err);
    return manager ? run_manager(guest, manager->remove, &step->items, err) : -1;
}
