/* SPDX-License-Identifier: Apache-2.0 */
/* A libguestfs session on one image: launch, inspect, mount, run, shut down. One launch each. */
#ifndef FORGE_FSIMAGE_GUEST_GUEST_H
#define FORGE_FSIMAGE_GUEST_GUEST_H

#include "forge/base/progress.h"
#include "forge/base/strings.h"
#include "fsimage/host/accel.h"
#include "fsimage/image/image.h"

#include <guestfs.h>

enum guest_mode { GUEST_READ_ONLY, GUEST_READ_WRITE };

/* What guest_shell_run will connect the guest's shell to. */
enum guest_shell { GUEST_NO_SHELL, GUEST_SHELL_ON_TERMINAL, GUEST_SHELL_ON_STREAMS };

/* {0} gives the defaults. */
struct guest_options {
    const char *image_name; /* how messages call the image; NULL: its path */
    enum accel accel;
    int memsize;        /* MiB; 0: libguestfs's default */
    int smp;            /* 0: cpu_count() */
    int launch_timeout; /* seconds in all; 0: 300 */
    const char
        *appliance; /* a fixed appliance's directory; NULL: $FORGE_APPLIANCE, else supermin */
    bool network;   /* of the guest's commands */
    const char *ca_certificate; /* a PEM file that guest commands trust as well, for the run only */
    const char *root; /* the device of the system that is meant; NULL: the only one there is */
    bool repair;      /* of GUEST_READ_WRITE: ext file systems with errors are repaired by e2fsck */
    enum guest_shell shell;
    bool trace; /* libguestfs's own trace in the log, file contents left out */
};

/* What inspection found; strings from the guest are not trusted. All owned by the guest. */
struct guest_facts {
    char *root; /* device of the root file system */
    char *type, *distro, *product_name, *arch, *hostname;
    char *package_format, *package_management;
    int major, minor;
};

struct guest;

/* Launch the appliance on IMAGE, inspect it and mount its file systems; of GUEST_READ_WRITE, check
 * ext file systems before that. ERROR_HOST: the appliance does not come up (its console's last
 * lines are in the message); ERROR_INVALID: no operating system, more than one and none chosen, a
 * Windows guest; an encrypted or hibernated disk, a file system with errors (with e2fsck's words).
 */
MUST_CHECK struct guest *guest_open(const struct image *image, enum guest_mode mode,
                                    const struct guest_options *options, struct progress *progress,
                                    struct error **err);

guestfs_h *guest_handle(struct guest *guest);
const struct guest_facts *guest_facts(const struct guest *guest);

/* Set *ERR from libguestfs's last error: "FORMAT: what it says", ERROR_GUEST; ERROR_INTERRUPTED
 * when a signal ended the appliance. Always -1. */
int guest_error(struct guest *guest, struct error **err, const char *format, ...) PRINTF_LIKE(3, 4);

/* Run ARGV in the guest (chroot in the appliance), with the run's environment (proxy, CA, locale).
 * A failing command is ERROR_GUEST with the last lines of its output; refused before running when
 * the guest's architecture is foreign. OUTPUT, when not NULL, receives its output (owned). */
MUST_CHECK int guest_run(struct guest *guest, const char *const argv[], char **output,
                         struct error **err);

/* TEXT from a guest for a message: control characters replaced, only the last lines of a long one.
 * Owned. */
char *guest_printable(const char *text);

/* Unmount and end the appliance; a failure is a failed write. */
MUST_CHECK int guest_shutdown(struct guest *guest, struct error **err);

/* End it after a step that failed, with all that was written until then on the disk, even where a
 * file system cannot be unmounted any more. */
MUST_CHECK int guest_rescue(struct guest *guest, struct error **err);

void guest_close(struct guest *guest);
DEFINE_CLEANUP(struct guest *, guest_close)

#endif
