/* SPDX-License-Identifier: Apache-2.0 */
/* A virtual machine under QEMU that boots one disk; its serial console is all that is seen of it.
 */
#ifndef FORGE_FSIMAGE_MACHINE_MACHINE_H
#define FORGE_FSIMAGE_MACHINE_MACHINE_H

#include "forge/base/strings.h"
#include "fsimage/host/accel.h"
#include "fsimage/image/image.h"

enum machine_firmware { MACHINE_BIOS, MACHINE_UEFI };

struct machine_options {
    const struct image *disk; /* is written to: give an overlay */
    const char *dir;          /* a workdir, for what the machine writes beside the disk */
    enum accel accel;         /* ACCEL_KVM or ACCEL_TCG, as accel_choose says */
    enum machine_firmware firmware;
    int cpus, memory; /* MiB */
    int restarts;     /* that are gone along with; one more is MACHINE_RESTARTED */
    bool network;     /* the host's, by user networking */
    bool no_sandbox;  /* without QEMU's own system call filter */
};

struct machine;

/* Start it. ERROR_HOST: no QEMU or no firmware. It dies with the thread that starts it. */
MUST_CHECK struct machine *machine_start(const struct machine_options *options, struct error **err);

/* What machine_wait saw. */
enum machine_event {
    MACHINE_QUIET,    /* nothing in the given time, or a signal */
    MACHINE_TALKS,    /* bytes came from the console */
    MACHINE_KEYBOARD, /* the other descriptor can be read */
    MACHINE_ENDED,    /* no more will come */
};

enum { MACHINE_CHUNK = 4096 };

/* Wait for the console, or for OTHER_FD (-1: none), at most TIMEOUT_MS. What the console said is in
 * BYTES, COUNT of them. */
enum machine_event machine_wait(struct machine *machine, int other_fd, int timeout_ms,
                                char bytes[MACHINE_CHUNK], size_t *count);

/* Type COUNT bytes on the console. */
MUST_CHECK int machine_type(struct machine *machine, const char *bytes, size_t count,
                            struct error **err);

/* How it ended. */
enum machine_end {
    MACHINE_DIED,        /* QEMU itself failed, machine_complaint tells why */
    MACHINE_RESTARTED,   /* by the guest, more often than it may */
    MACHINE_POWERED_OFF, /* by the guest */
    MACHINE_DISK_FULL,   /* the host had no room for what the guest wrote */
    MACHINE_STOPPED,     /* the virtual CPU cannot go on: KVM's error, or QEMU's */
};
enum machine_end machine_end(const struct machine *machine);

/* How often the guest restarted itself so far. What it says afterwards is not returned by
 * machine_wait before the restart is counted here. */
int machine_restarts(const struct machine *machine);

/* The last of what QEMU said on its standard error, for a message; owned, "" when nothing. */
char *machine_complaint(const struct machine *machine);

/* Kill it, and wait until it is gone. */
void machine_stop(struct machine *machine);
DEFINE_CLEANUP(struct machine *, machine_stop)

/* QEMU's arguments for OPTIONS, appended to ARGV; PROGRAM is its name. UEFI variables are at
 * VARIABLES. The console is to be descriptor 3, the monitor 4. */
struct firmware;
void machine_argv(const struct machine_options *options, const char *program,
                  const struct firmware *firmware, const char *variables, struct string_list *argv);

#endif
