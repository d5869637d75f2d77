/* SPDX-License-Identifier: Apache-2.0 */
/* What starts services in the guest. */
#ifndef FORGE_FSIMAGE_OPS_INIT_SYSTEM_H
#define FORGE_FSIMAGE_OPS_INIT_SYSTEM_H

#include "fsimage/guest/guest.h"

enum init_system { INIT_SYSTEMD, INIT_OPENRC, INIT_SYSV };

/* ERROR_GUEST when the guest has none of these. */
MUST_CHECK int init_system_find(struct guest *guest, enum init_system *init, struct error **err);

#endif
