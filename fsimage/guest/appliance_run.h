/* SPDX-License-Identifier: Apache-2.0 */
/* Programs of the appliance itself, which need no guest: for what libguestfs has no call that tells
 * more than success. */
#ifndef FORGE_FSIMAGE_GUEST_APPLIANCE_RUN_H
#define FORGE_FSIMAGE_GUEST_APPLIANCE_RUN_H

#include "fsimage/guest/guest.h"

/* The disk by the name that libguestfs gives to the one drive of a session. */
#define APPLIANCE_DISK "/dev/sda"

/* Run COMMAND on DEVICE: APPLIANCE_DISK, a partition of it, or a volume. *STATUS receives its exit
 * status, OUTPUT what it printed last, some 4000 characters of it (owned). ERROR_GUEST when it
 * cannot be run. */
MUST_CHECK int appliance_run(struct guest *guest, const char *command, const char *device,
                             int *status, char **output, struct error **err);

#endif
