/* SPDX-License-Identifier: Apache-2.0 */
/* A machine on an overlay of an image, in a directory that goes away with it. */
#ifndef FORGE_JOIN_BOOT_MACHINE_H
#define FORGE_JOIN_BOOT_MACHINE_H

#include "forge/base/workdir.h"
#include "forge/join/boot.h"
#include "fsimage/image/overlay.h"

/* {0} before; clear with boot_machine_clear. */
struct boot_machine {
    struct workdir *workdir;
    struct overlay *overlay;
    struct machine_options options;
    struct machine *machine;
};

/* Make the overlay and choose the acceleration. Nothing runs yet. */
MUST_CHECK int boot_machine_prepare(struct boot_machine *boot, const struct boot_request *request,
                                    struct error **err);

/* Start it, on a fresh overlay. */
MUST_CHECK int boot_machine_start(struct boot_machine *boot, const struct boot_request *request,
                                  struct error **err);

/* Does it run with KVM that nobody insists on? Then its silence may be KVM's fault. */
bool boot_machine_may_emulate(const struct boot_machine *boot, const struct boot_request *request);

/* The machine ended, or its console is silent: can another one do better? If so the options are
 * changed, and the log says how. */
bool boot_machine_weaken(struct boot_machine *boot, const struct boot_request *request);

/* Append what the console said to the request's log. */
MUST_CHECK int boot_log(const struct boot_request *request, const char *bytes, size_t count,
                        struct error **err);

void boot_machine_clear(struct boot_machine *boot);
#define AUTO_BOOT_MACHINE __attribute__((cleanup(boot_machine_clear)))

#endif
