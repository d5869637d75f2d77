/* SPDX-License-Identifier: Apache-2.0 */
/* KVM or software emulation: decided before a launch, remembered for the boot. */
#ifndef FORGE_FSIMAGE_HOST_ACCEL_H
#define FORGE_FSIMAGE_HOST_ACCEL_H

#include "forge/base/error.h"
#include "fsimage/host/kvm_probe.h"

#include <stdbool.h>

enum accel { ACCEL_AUTO, ACCEL_KVM, ACCEL_TCG };

/* The probe's verdict on /dev/kvm, remembered per boot, user and device in a file of ours. */
enum kvm_state accel_kvm_state(void);

/* "KVM is present but does not work here", and what else can be said of STATE. */
const char *accel_kvm_text(enum kvm_state state);

/* True when LIBGUESTFS_BACKEND_SETTINGS asks for software emulation. */
bool accel_environment_forces_tcg(void);

/* ERROR_HOST when /dev/kvm cannot be opened: "--accel kvm" cannot be had then. */
MUST_CHECK int accel_check_kvm(struct error **err);

/* Turn WANTED into ACCEL_KVM or ACCEL_TCG; one line in the log says when AUTO means emulation. */
enum accel accel_choose(enum accel wanted);

#endif
