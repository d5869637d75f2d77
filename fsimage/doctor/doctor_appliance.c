/* SPDX-License-Identifier: Apache-2.0 */
/* Checks of what an appliance is made from: libguestfs, kernel, modules, supermin; or of one that
 * was made before. */
#include "forge/base/memory.h"
#include "forge/base/process.h"
#include "forge/base/strings.h"
#include "fsimage/doctor/doctor_private.h"

#include <glob.h>
#include <string.h>
#include <sys/stat.h>

static inline void glob_clear(glob_t *found)
{
    globfree(found);
}
#define AUTO_GLOB __attribute__((cleanup(glob_clear)))

void check_libguestfs(const struct visit *visit, struct finding *finding)
{
    (void)visit;
    guestfs_h *handle = guestfs_create_flags(GUESTFS_CREATE_NO_ENVIRONMENT);
    struct guestfs_version *version = handle ? guestfs_version(handle) : NULL;
    if (version) {
        bool old = version->major == 1 && version->minor < 44;
        finding_set(finding, old ? FINDING_WARNING : FINDING_OK,
                    xasprintf("version %lld.%lld.%lld", (long long)version->major,
                              (long long)version->minor, (long long)version->release),
                    old ? xstrdup("upgrade to 1.44 or later") : NULL);
        guestfs_free_version(version);
    } else {
        finding_set(finding, FINDING_PROBLEM, xstrdup("gives no handle"),
                    package_remedy("libguestfs"));
    }
    if (handle)
        guestfs_close(handle);
}

void check_appliance(const struct visit *visit, struct finding *finding)
{
    static const char *const files[] = { "README.fixed", "kernel", "initrd", "root" };
    if (!visit->appliance) {
        finding_set(finding, FINDING_OK, xstrdup("made by supermin when needed"), NULL);
        return;
    }
    for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
        AUTO_FREE char *path = path_join(visit->appliance, files[i]);
        if (access(path, R_OK) == 0)
            continue;
        finding_set(finding, FINDING_PROBLEM,
                    xasprintf("the fixed appliance lacks %s: %s", path, strerror(errno)),
                    xstrdup("make one with \"forge appliance -o DIR\""));
        return;
    }
    finding_set(finding, FINDING_OK, xasprintf("fixed, in %s", visit->appliance), NULL);
}

static bool skip_for_fixed(const struct visit *visit, struct finding *finding)
{
    if (visit->appliance)
        finding_set(finding, FINDING_OK, xstrdup("not needed with a fixed appliance"), NULL);
    return visit->appliance;
}

/* The kernels that supermin considers. */
static void find_kernels(glob_t *found)
{
    glob("/boot/vmlinuz-*", 0, NULL, found);
    glob("/lib/modules/*/vmlinuz", GLOB_APPEND, NULL, found);
}

static void set_unreadable(struct finding *finding, const char *kernel)
{
    finding_set(finding, FINDING_PROBLEM, xasprintf("%s may not be read by this user", kernel),
                xasprintf("chmod 0644 %s as root (Ubuntu makes it 0600), or use a fixed appliance "
                          "(--appliance)",
                          kernel));
}

/* The first kernel that supermin can read, of those that it considers by itself. Owned. */
static char *readable_kernel(const glob_t *found)
{
    for (size_t i = 0; i < found->gl_pathc; i++) {
        if (access(found->gl_pathv[i], R_OK) == 0)
            return xstrdup(found->gl_pathv[i]);
    }
    return NULL;
}

void check_kernel(const struct visit *visit, struct finding *finding)
{
    const char *chosen = getenv("SUPERMIN_KERNEL");
    AUTO_GLOB glob_t found = { 0 };
    if (skip_for_fixed(visit, finding))
        return;
    find_kernels(&found);
    AUTO_FREE char *usable = readable_kernel(&found);
    int reason = !chosen || !*chosen ? ENOENT : access(chosen, R_OK) ? errno : 0;
    if (reason == 0)
        finding_set(finding, FINDING_OK, xasprintf("%s (SUPERMIN_KERNEL)", chosen), NULL);
    else if (chosen && *chosen && usable) /* supermin then looks for one by itself */
        finding_set(finding, FINDING_WARNING,
                    xasprintf("SUPERMIN_KERNEL names %s: %s; %s is used instead", chosen,
                              strerror(reason), usable),
                    xstrdup("unset SUPERMIN_KERNEL, or let it name a kernel"));
    else if (usable)
        finding_set(finding, FINDING_OK, STEAL(usable), NULL);
    else if (found.gl_pathc)
        set_unreadable(finding, found.gl_pathv[0]);
    else
        finding_set(finding, FINDING_PROBLEM,
                    xstrdup("no kernel in /boot or /lib/modules, as in every container"),
                    package_remedy("cloud kernel"));
}

void check_modules(const struct visit *visit, struct finding *finding)
{
    const char *chosen = getenv("SUPERMIN_MODULES");
    if (skip_for_fixed(visit, finding))
        return;
    AUTO_GLOB glob_t found = { 0 };
    AUTO_FREE char *pattern = xasprintf("%s/modules.dep", chosen ? chosen : "/lib/modules/*");
    glob(pattern, 0, NULL, &found);
    if (found.gl_pathc) {
        AUTO_FREE char *dir = path_dirname(found.gl_pathv[0]);
        finding_set(finding, FINDING_OK, STEAL(dir), NULL);
        return;
    }
    finding_set(finding, FINDING_PROBLEM,
                chosen ? xasprintf("SUPERMIN_MODULES names %s, which holds no modules.dep", chosen)
                       : xstrdup("no kernel modules in /lib/modules"),
                chosen ? xstrdup("unset SUPERMIN_MODULES, or let it name a directory of modules")
                       : package_remedy("cloud kernel"));
}

void check_supermin(const struct visit *visit, struct finding *finding)
{
    if (skip_for_fixed(visit, finding))
        return;
    /* libguestfs runs it by the path it was built with, "forge appliance" from PATH. */
    if (access("/usr/bin/supermin", X_OK) == 0 || process_exists("supermin"))
        finding_set(finding, FINDING_OK, xstrdup("installed"), NULL);
    else
        finding_set(finding, FINDING_PROBLEM, xstrdup("not installed"), package_remedy("supermin"));
}
