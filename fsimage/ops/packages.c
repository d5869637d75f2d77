/* SPDX-License-Identifier: Apache-2.0 */
/* --install, --package-file, --uninstall, --update: the guest's own package manager, chosen from
 * one table. */
#include "fsimage/ops/packages.h"
#include "forge/base/shell_quote.h"
#include "fsimage/guest/guest_file.h"
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
    const char *upgrade[ARGV_MAX];      /* all that is installed */
    const char *remove[ARGV_MAX];
    const char *clean[ARGV_MAX]; /* the packages that were fetched; may be empty */
    char version;                /* before a package's version, if not '=' */
};

#define APT                                                                                        \
    "apt-get", "-q", "-y", "-o", "Dpkg::Options::=--force-confdef", "-o",                          \
        "Dpkg::Options::=--force-confold"

/* Local packages go in where no repository can be reached, whatever its settings say of that. */
#define DNF_FILES "-y", "--setopt=*.skip_if_unavailable=1", "install"

/* Of zypper(8)'s exit statuses, 102 and 103 say that what was installed wants a restart; OTHERS are
 * further ones that are no failure. */
#define ZYPPER_INSTALLS(others)                                                                    \
    "/bin/sh", "-c",                                                                               \
        "zypper -n \"$@\" || { s=$?; case $s in 102 | 103" others ") ;; *) exit $s ;; esac; }",    \
        "zypper"
#define REPOSITORY_LEFT_OUT " | 106"

/* clang-format off */
static const struct package_manager managers[] = {
    { .name = "apt",
      .refresh = { APT, "update" },
      .install = { APT, "install" },
      .install_file = { APT, "install" },
      .upgrade = { APT, "upgrade" },
      .remove = { APT, "remove" },
      .clean = { "apt-get", "clean" } },
    { .name = "dnf",
      .install = { "dnf", "-y", "install" },
      .install_file = { "dnf", DNF_FILES },
      .upgrade = { "dnf", "-y", "upgrade" },
      .remove = { "dnf", "-y", "remove" },
      .clean = { "dnf", "clean", "packages" },
      .version = '-' },
    { .name = "yum",
      .install = { "yum", "-y", "install" },
      .install_file = { "yum", DNF_FILES },
      .upgrade = { "yum", "-y", "update" },
      .remove = { "yum", "-y", "remove" },
      .clean = { "yum", "clean", "packages" },
      .version = '-' },
    { .name = "zypper",
      .refresh = { "zypper", "-n", "refresh" },
      .install = { ZYPPER_INSTALLS(""), "install", "-l" },
      .install_file = { ZYPPER_INSTALLS(REPOSITORY_LEFT_OUT), "--no-refresh", "install", "-l",
                        "--allow-unsigned-rpm" },
      .upgrade = { ZYPPER_INSTALLS(""), "update", "-l" },
      .remove = { "zypper", "-n", "remove" },
      .clean = { "zypper", "-n", "clean" } },
    { .name = "pacman",
      .refresh = { "pacman", "-Sy", "--noconfirm" },
      .install = { "pacman", "-S", "--noconfirm", "--needed" },
      .install_file = { "pacman", "-U", "--noconfirm" },
      .upgrade = { "pacman", "-Su", "--noconfirm" },
      .remove = { "pacman", "-R", "--noconfirm" },
      .clean = { "/bin/sh", "-c", "rm -rf /var/cache/pacman/pkg/*" } }, /* -Scc would ask */
    { .name = "apk", /* with --no-cache it refreshes by itself, and leaves nothing to clean */
      .install = { "apk", "add", "--no-cache" },
      .install_file = { "apk", "add", "--no-cache", "--allow-untrusted" },
      .upgrade = { "apk", "upgrade", "--no-cache" },
      .remove = { "apk", "del" } },
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

void files_items(const struct customize_step *step, struct string_list *names)
{
    for (size_t i = 0; i < step->items.count; i++)
        string_list_add(names, step->items.items[i]);
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

int check_package_names(struct customize_step *step, struct error **err)
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

int check_package_file(struct customize_step *step, struct error **err)
{
    for (size_t i = 0; i < step->items.count; i++) {
        AUTO_FREE char *local = local_path(step, step->items.items[i]);
        if (local_file_check(local, NULL, err))
            return -1;
    }
    return 0;
}

/* Debian's packages start services when they are installed, unless this file forbids it
 * (invoke-rc.d(8)); one that the guest has already decides for itself. Packages of the others call
 * systemctl, which starts nothing in a chroot (systemd's ENVIRONMENT.md, $SYSTEMD_IGNORE_CHROOT).
 */
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

typedef int package_work(struct guest *guest, const struct package_manager *manager,
                         const struct customize_step *step, struct error **err);

static const struct string_list nothing = { 0 };

static int uninstall(struct guest *guest, const struct package_manager *manager,
                     const struct customize_step *step, struct error **err)
{
    return run_manager(guest, manager->remove, &step->items, err);
}

/* WORK with the guest's package manager, while no service is started; then without what was
 * fetched for it, which is nothing for a removal. */
static int manage(struct guest *guest, package_work *work, const struct customize_step *step,
                  struct error **err)
{
    static const char policy[] = "/usr/sbin/policy-rc.d";
    const struct package_manager *manager = find_manager(guest, err);
    if (!manager)
        return -1;
    bool forbidden = false;
    int result = forbid_services(guest, policy, &forbidden, err);
    if (!result)
        result = work(guest, manager, step, err);
    if (!result && work != uninstall && manager->clean[0])
        result = run_manager(guest, manager->clean, &nothing, err);
    if (forbidden && guestfs_rm_f(guest_handle(guest), policy))
        result = guest_error(guest, err, "removing %s", policy);
    return result;
}

/* Bring the names of packages up to date where that is a command of its own. */
static int refresh(struct guest *guest, const struct package_manager *manager, struct error **err)
{
    return manager->refresh[0] ? run_manager(guest, manager->refresh, &nothing, err) : 0;
}

/* The local FILES go to DIR of the guest, each to a directory of its own as two may have one name,
 * and from there in. */
static int upload_and_install(struct guest *guest, const struct package_manager *manager,
                              const struct customize_step *step, const struct string_list *files,
                              const char *dir, struct error **err)
{
    AUTO_STRINGS struct string_list uploaded = { 0 };
    for (size_t i = 0; i < files->count; i++) {
        AUTO_FREE char *local = local_path(step, files->items[i]);
        AUTO_FREE char *own = xasprintf("%s/%zu", dir, i + 1);
        string_list_take(&uploaded, path_join(own, path_basename(local)));
        if (guest_file_make_directory(guest, own, err) ||
            guest_file_upload(guest, local, uploaded.items[i], false, err))
            return -1;
    }
    return run_manager(guest, manager->install_file, &uploaded, err);
}

static int install_files(struct guest *guest, const struct package_manager *manager,
                         const struct customize_step *step, const struct string_list *files,
                         struct error **err)
{
    AUTO_FREE char *dir = guest_file_temporary(guest, err);
    if (!dir)
        return -1;
    int result = upload_and_install(guest, manager, step, files, dir, err);
    return guest_file_remove_temporary(guest, dir, err) ? -1 : result;
}

/* NAME=VERSION as the manager has it. */
static void spell_versions(const struct package_manager *manager, struct string_list *names)
{
    for (size_t i = 0; i < names->count; i++) {
        char *equals = strchr(names->items[i], '=');
        if (equals && manager->version)
            *equals = manager->version;
    }
}

static int install(struct guest *guest, const struct package_manager *manager,
                   const struct customize_step *step, struct error **err)
{
    AUTO_STRINGS struct string_list files = { 0 };
    AUTO_STRINGS struct string_list names = { 0 };
    for (size_t i = 0; i < step->items.count; i++)
        string_list_add(is_file(step->items.items[i]) ? &files : &names, step->items.items[i]);
    if (names.count && refresh(guest, manager, err))
        return -1;
    /* Files first: a package from the network may depend on one of them. */
    if (files.count && install_files(guest, manager, step, &files, err))
        return -1;
    spell_versions(manager, &names);
    return names.count ? run_manager(guest, manager->install, &names, err) : 0;
}

static int install_all_files(struct guest *guest, const struct package_manager *manager,
                             const struct customize_step *step, struct error **err)
{
    return install_files(guest, manager, step, &step->items, err);
}

static int update(struct guest *guest, const struct package_manager *manager,
                  const struct customize_step *step, struct error **err)
{
    (void)step;
    return refresh(guest, manager, err) ? -1 : run_manager(guest, manager->upgrade, &nothing, err);
}

int op_install(struct guest *guest, const struct customize_step *step, struct error **err)
{
    return manage(guest, install, step, err);
}

int op_package_file(struct guest *guest, const struct customize_step *step, struct error **err)
{
    return manage(guest, install_all_files, step, err);
}

int op_update(struct guest *guest, const struct customize_step *step, struct error **err)
{
    return manage(guest, update, step, err);
}

int op_uninstall(struct guest *guest, const struct customize_step *step, struct error **err)
{
    return manage(guest, uninstall, step, err);
}

/* -- at the first boot -- */

/* COMMAND with the packages as a line of a shell script. */
static char *command_line(const char *const command[ARGV_MAX], const struct string_list *packages)
{
    AUTO_STRINGS struct string_list argv = { 0 };
    for (size_t i = 0; i < ARGV_MAX && command[i]; i++)
        string_list_add(&argv, command[i]);
    string_list_copy(&argv, packages);
    return shell_command(&argv);
}

char *packages_install_script(struct guest *guest, const struct string_list *packages,
                              struct error **err)
{
    const struct package_manager *manager = find_manager(guest, err);
    if (!manager)
        return NULL;
    AUTO_FREE char *fresh = manager->refresh[0] ? command_line(manager->refresh, &nothing)
                                                : xstrdup("true");
    AUTO_STRINGS struct string_list names = { 0 };
    string_list_copy(&names, packages);
    spell_versions(manager, &names);
    AUTO_FREE char *install_them = command_line(manager->install, &names);
    return xasprintf("#!/bin/sh\nexport DEBIAN_FRONTEND=noninteractive\n%s && %s\n", fresh,
                     install_them);
}
