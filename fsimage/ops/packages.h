/* SPDX-License-Identifier: Apache-2.0 */
/* The guest's package manager, for others than the operations about packages. */
#ifndef FORGE_FSIMAGE_OPS_PACKAGES_H
#define FORGE_FSIMAGE_OPS_PACKAGES_H

#include "fsimage/guest/guest.h"

/* A shell script that installs PACKAGES when the guest runs it; owned. */
MUST_CHECK char *packages_install_script(struct guest *guest, const struct string_list *packages,
                                         struct error **err);

#endif
