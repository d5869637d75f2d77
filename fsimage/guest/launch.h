/* SPDX-License-Identifier: Apache-2.0 */
/* An appliance that came up: chosen acceleration, watched, ended by a signal. */
#ifndef FORGE_FSIMAGE_GUEST_LAUNCH_H
#define FORGE_FSIMAGE_GUEST_LAUNCH_H

#include "fsimage/guest/guest_channels.h"

struct launch;

/* Launch an appliance with IMAGE as its only disk; NULL IMAGE: an empty scratch disk. Until
 * launch_close SIGTERM and SIGINT end its qemu, so that every call on the handle returns. */
MUST_CHECK struct launch *launch_start(const struct image *image, enum guest_mode mode,
                                       const struct guest_options *options, struct error **err);

guestfs_h *launch_handle(struct launch *launch);

/* The lines that options.shell asked for. */
const struct guest_channels *launch_channels(const struct launch *launch);

/* Kill the appliance, from any thread: every call on the handle returns. */
void launch_kill(struct launch *launch);

/* End the appliance in order; a failure is a failed write. */
MUST_CHECK int launch_shutdown(struct launch *launch, struct error **err);

void launch_close(struct launch *launch);
DEFINE_CLEANUP(struct launch *, launch_close)

#endif
