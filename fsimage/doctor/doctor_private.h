/* SPDX-License-Identifier: Apache-2.0 */
/* The doctor's checks and what they share. */
#ifndef FORGE_FSIMAGE_DOCTOR_DOCTOR_PRIVATE_H
#define FORGE_FSIMAGE_DOCTOR_DOCTOR_PRIVATE_H

#include "fsimage/doctor/doctor.h"
#include "fsimage/host/package_remedy.h"

/* What a check is told. */
struct visit {
    const struct guest_options *options;
    const char *tmpdir;    /* NULL: the default */
    const char *appliance; /* a fixed appliance's directory; NULL: supermin makes one */
};

/* Fill LEVEL, message and remedy of FINDING. */
typedef void doctor_check(const struct visit *visit, struct finding *finding);

doctor_check check_libguestfs, check_kernel, check_modules, check_supermin, check_appliance,
    check_qemu, check_qemu_img, check_qemu_nbd, check_network, check_kvm, check_memory,
    check_tmpdir, check_cache, check_launch;

/* Set the finding; MESSAGE and REMEDY are taken (REMEDY may be NULL). */
void finding_set(struct finding *finding, enum finding_level level, char *message, char *remedy);

/* The qemu that libguestfs would run; owned, NULL when there is none. */
char *doctor_find_qemu(void);

#endif
