/* SPDX-License-Identifier: Apache-2.0 */
/* The UEFI firmware that this host has for virtual machines. */
#ifndef FORGE_FSIMAGE_MACHINE_FIRMWARE_H
#define FORGE_FSIMAGE_MACHINE_FIRMWARE_H

#include "forge/base/error.h"

/* Borrowed paths. A machine writes its variables: it gets a copy of them. */
struct firmware {
    const char *code, *variables;
};

/* The first of the places where distributions put OVMF. ERROR_HOST: none; the message names the
 * package. */
MUST_CHECK int firmware_find(struct firmware *firmware, struct error **err);

#endif
