/* SPDX-License-Identifier: Apache-2.0 */
/* Can this host launch an appliance, and if not, what to do about it? */
#ifndef FORGE_FSIMAGE_DOCTOR_DOCTOR_H
#define FORGE_FSIMAGE_DOCTOR_DOCTOR_H

#include "fsimage/guest/guest.h"

enum finding_level { FINDING_OK, FINDING_WARNING, FINDING_PROBLEM };

struct finding {
    const char *check; /* the row's name: "kernel", "kvm", ... */
    enum finding_level level;
    char *message; /* what was seen */
    char *remedy;  /* what to do; NULL when nothing is to be done */
};

struct findings {
    struct finding *items;
    size_t count;
};

/* Run every check of the table, the last of which launches an appliance. -1 only when interrupted.
 */
MUST_CHECK int doctor_run(const struct guest_options *options, const char *tmpdir,
                          struct progress *progress, struct findings *out, struct error **err);
bool findings_allow_launch(const struct findings *findings);
void findings_clear(struct findings *findings);

/* Make a fixed appliance in DIRECTORY (made, must be empty), to be kept and used by --appliance. */
MUST_CHECK int appliance_make(const char *directory, struct progress *progress, struct error **err);

#endif
