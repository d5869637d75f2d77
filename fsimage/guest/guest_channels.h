/* SPDX-License-Identifier: Apache-2.0 */
/* Lines from this process into an appliance, where they are devices. */
#ifndef FORGE_FSIMAGE_GUEST_GUEST_CHANNELS_H
#define FORGE_FSIMAGE_GUEST_GUEST_CHANNELS_H

#include "fsimage/guest/guest.h"

/* What of a shell each channel is. A terminal has no errors of its own. */
enum { CHANNEL_IN, CHANNEL_OUT, CHANNEL_ERR, GUEST_CHANNELS_MAX };

/* The terminal as the guest sees it. */
#define GUEST_TERMINAL "/dev/hvc0"

/* {0} before; clear with guest_channels_clear. */
struct guest_channels {
    struct workdir *workdir;     /* of their names, until QEMU has opened them */
    int fds[GUEST_CHANNELS_MAX]; /* none blocks */
    size_t count;
    bool listening; /* they are sockets that QEMU connects to, not yet the lines themselves */
};

/* Make what SHELL needs and add it to HANDLE, which is about to be launched. */
MUST_CHECK int guest_channels_open(struct guest_channels *channels, enum guest_shell shell,
                                   guestfs_h *handle, struct error **err);

/* The appliance is up: from now on the channels pass bytes. */
MUST_CHECK int guest_channels_accept(struct guest_channels *channels, struct error **err);

void guest_channels_clear(struct guest_channels *channels);

#endif
