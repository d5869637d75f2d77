/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes between this process's standard streams and the channels of a guest's shell. */
#ifndef FORGE_FSIMAGE_GUEST_GUEST_RELAY_H
#define FORGE_FSIMAGE_GUEST_GUEST_RELAY_H

#include "fsimage/guest/guest_channels.h"

/* Pass on three streams until ENDED, a descriptor, can be read. */
MUST_CHECK int guest_relay_streams(const struct guest_channels *channels, int ended,
                                   struct error **err);

/* The same with a raw terminal; *LEFT becomes true when the user leaves. */
MUST_CHECK int guest_relay_terminal(const struct guest_channels *channels, int ended, bool *left,
                                    struct error **err);

#endif
