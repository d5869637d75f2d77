/* SPDX-License-Identifier: Apache-2.0 */
/* Why a boot failed, as a sentence. */
#ifndef FORGE_JOIN_BOOT_REASON_H
#define FORGE_JOIN_BOOT_REASON_H

#include "forge/join/boot_watch.h"

/* For the watch's verdict, which is no success: what happened and what to do; owned. END is how the
 * machine ended, if it did; ACCEL what it ran with. */
char *boot_reason(const struct boot_watch *watch, enum machine_end end, enum accel accel);

/* What END means. */
const char *boot_end_sentence(enum machine_end end);

/* True when END says something about this host, not about the image. */
bool boot_end_is_the_hosts(enum machine_end end);

#endif
