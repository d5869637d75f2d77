/* SPDX-License-Identifier: Apache-2.0 */
/* Checks of qemu and its tools. */
#include "forge/base/memory.h"
#include "forge/base/process.h"
#include "forge/base/strings.h"
#include "fsimage/doctor/doctor_private.h"

#include <string.h>

/* What libguestfs says, from its own build or LIBGUESTFS_HV: a path, or a name for PATH. */
char *doctor_find_qemu(void)
{
    guestfs_h *handle = guestfs_create_flags(0);
    AUTO_FREE char *qemu = handle ? guestfs_get_hv(handle) : NULL;
    if (handle)
        guestfs_close(handle);
    if (!qemu)
        return NULL;
    bool there = strchr(qemu, '/') ? access(qemu, X_OK) == 0 : process_exists(qemu);
    return there ? STEAL(qemu) : NULL;
}

void check_qemu(const struct visit *visit, struct finding *finding)
{
    (void)visit;
    AUTO_FREE char *qemu = doctor_find_qemu();
    const char *chosen = getenv("LIBGUESTFS_HV");
    if (!qemu) {
        finding_set(finding, FINDING_PROBLEM,
                    chosen ? xasprintf("LIBGUESTFS_HV names %s, which cannot be run", chosen)
                           : xstrdup("not installed"),
                    chosen ? xstrdup("unset LIBGUESTFS_HV") : package_remedy("qemu"));
        return;
    }
    struct error *err = NULL;
    AUTO_FREE char *version = NULL;
    const char *const argv[] = { qemu, "--version", NULL };
    if (process_run(argv, ERROR_HOST, &version, NULL, &err)) {
        finding_set(finding, FINDING_PROBLEM, STEAL(err->message), package_remedy("qemu"));
        error_free(err);
        return;
    }
    version[strcspn(version, "\n")] = '\0';
    finding_set(finding, FINDING_OK, xasprintf("%s: %s", qemu, version), NULL);
}

static void check_tool(const char *name, const char *without, struct finding *finding)
{
    if (process_exists(name))
        finding_set(finding, FINDING_OK, xstrdup("found in PATH"), NULL);
    else
        finding_set(finding, FINDING_PROBLEM, xasprintf("not in PATH: %s", without),
                    package_remedy("qemu-utils"));
}

void check_qemu_img(const struct visit *visit, struct finding *finding)
{
    (void)visit;
    check_tool("qemu-img", "no image can be customized", finding);
}

void check_qemu_nbd(const struct visit *visit, struct finding *finding)
{
    (void)visit;
    check_tool("qemu-nbd", "no qcow2 image can be read", finding);
}

/* libguestfs uses passt when it is there (from 1.52 on), else what qemu has built in. */
void check_network(const struct visit *visit, struct finding *finding)
{
    (void)visit;
    AUTO_FREE char *qemu = doctor_find_qemu();
    AUTO_FREE char *types = NULL;
    const char *const argv[] = { qemu, "-netdev", "help", NULL };
    bool built_in = qemu && process_run(argv, ERROR_HOST, &types, NULL, NULL) == 0 &&
                    strstr(types, "\nuser\n");
    if (built_in || process_exists("passt"))
        finding_set(finding, FINDING_OK,
                    xstrdup(built_in ? "user networking is built into qemu" : "passt is in PATH"),
                    NULL);
    else
        finding_set(finding, FINDING_WARNING,
                    xstrdup("neither passt nor user networking in qemu: --network will not work"),
                    package_remedy("passt"));
}
