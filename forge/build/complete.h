/* SPDX-License-Identifier: Apache-2.0 */
/* Manifest fields that the caller left open, completed from what is known about the image. */
#ifndef FORGE_BUILD_COMPLETE_H
#define FORGE_BUILD_COMPLETE_H

#include "fsimage/guest/guest.h"
#include "manifest/manifest.h"

/* From the bundle the image came in: architecture, kernel, ramdisk, mapping (by virtual name),
 * product codes and ancestry. What FIELDS has already stays. ORIGIN may be NULL. */
void complete_from_origin(struct manifest *fields, const struct manifest *origin);

/* The architecture, from inspection. */
void complete_from_guest(struct manifest *fields, const struct guest_facts *facts);

/* The architecture, from this host (uname; i386 for every 32-bit x86), with a line that says so. */
void complete_from_host(struct manifest *fields);

#endif
