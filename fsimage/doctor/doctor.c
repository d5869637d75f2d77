/* SPDX-License-Identifier: Apache-2.0 */
/* The doctor: one table of checks, run in order. */
#include "fsimage/doctor/doctor.h"
#include "forge/base/cancel.h"
#include "forge/base/memory.h"
#include "fsimage/doctor/doctor_private.h"

#include <string.h>

static const struct {
    const char *name;
    doctor_check *run;
} checks[] = {
    { "libguestfs", check_libguestfs }, /* its version */
    { "appliance", check_appliance },   /* a fixed one, when chosen, is complete */
    { "kernel", check_kernel },         /* there is one, and this user may read it */
    { "modules", check_modules },       /* that belong to a kernel */
    { "supermin", check_supermin },     /* makes the appliance */
    { "qemu", check_qemu },             /* runs it */
    { "qemu-img", check_qemu_img },     /* makes overlays, checks qcow2 */
    { "qemu-nbd", check_qemu_nbd },     /* reads qcow2 */
    { "kvm", check_kvm },               /* or emulation */
    { "network", check_network },       /* for --network */
    { "memory", check_memory },         /* the cgroup's limit, and what is free */
    { "tmpdir", check_tmpdir },         /* room for overlays */
    { "cache", check_cache },           /* room for the appliance */
    { "launch", check_launch },         /* the proof */
};

void finding_set(struct finding *finding, enum finding_level level, char *message, char *remedy)
{
    finding->level = level;
    finding->message = message;
    finding->remedy = remedy;
}

int doctor_run(const struct guest_options *options, const char *tmpdir, struct progress *progress,
               struct findings *out, struct error **err)
{
    static const struct guest_options defaults;
    const char *environment = getenv("FORGE_APPLIANCE");
    struct visit visit = { .options = options ? options : &defaults, .tmpdir = tmpdir };
    visit.appliance = visit.options->appliance      ? visit.options->appliance
                      : environment && *environment ? environment
                                                    : NULL;
    out->items = xcalloc(ARRAY_SIZE(checks), sizeof(*out->items));
    out->count = 0;
    progress_begin(progress, "examining this host", 0);
    for (size_t i = 0; i < ARRAY_SIZE(checks); i++) {
        struct finding *finding = &out->items[out->count++];
        finding->check = checks[i].name;
        checks[i].run(&visit, finding);
        if (cancel_check(err))
            return -1;
    }
    progress_end(progress);
    return 0;
}

bool findings_allow_launch(const struct findings *findings)
{
    for (size_t i = 0; i < findings->count; i++) {
        if (strcmp(findings->items[i].check, "launch") == 0)
            return findings->items[i].level == FINDING_OK;
    }
    return false;
}

void findings_clear(struct findings *findings)
{
    for (size_t i = 0; i < findings->count; i++) {
        free(findings->items[i].message);
        free(findings->items[i].remedy);
    }
    free(findings->items);
    *findings = (struct findings){ 0 };
}
