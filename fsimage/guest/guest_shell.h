/* SPDX-License-Identifier: Apache-2.0 */
/* The guest's own shell on this process's standard streams. */
#ifndef FORGE_FSIMAGE_GUEST_GUEST_SHELL_H
#define FORGE_FSIMAGE_GUEST_GUEST_SHELL_H

#include "fsimage/guest/guest.h"

struct guest_shell_end {
    int status; /* of the shell */
    bool left;  /* by Ctrl-]: the appliance is gone, what was not yet written with it */
};

/* Run root's shell in the guest until it ends, on the terminal (raw meanwhile) or on standard
 * input, output and error, as options.shell of guest_open said. It runs as guest_run's commands do;
 * what it leaves running is killed. */
MUST_CHECK int guest_shell_run(struct guest *guest, struct guest_shell_end *end,
                               struct error **err);

#endif
