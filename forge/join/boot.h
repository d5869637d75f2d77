/* SPDX-License-Identifier: Apache-2.0 */
/* Boots an image, untouched under an overlay, and judges what its serial console says. */
#ifndef FORGE_JOIN_BOOT_H
#define FORGE_JOIN_BOOT_H

#include "forge/base/progress.h"
#include "forge/join/boot_signs.h"
#include "fsimage/machine/machine.h"

/* Everything is borrowed. */
struct boot_request {
    const struct image *image;
    const char *name;   /* how messages call the image */
    const char *tmpdir; /* NULL: as temporary_parent() */
    enum accel accel;
    enum machine_firmware firmware;
    int cpus;     /* 0: cpu_count() */
    int memory;   /* MiB; 0: BOOT_MEMORY */
    int timeout;  /* seconds; 0: BOOT_TIMEOUT */
    int restarts; /* of the guest's own that are no failure yet */
    bool network;
    struct boot_pattern *const *expected; /* success instead of the table's rows; NULL: those */
    const char *const *expected_texts;    /* of the same patterns */
    size_t expected_count;
    int log_fd; /* receives all that the console says; -1: none */
};

enum { BOOT_TIMEOUT = 300, BOOT_MEMORY = 1024, BOOT_RESTARTS = 3 };

enum boot_verdict { BOOT_UNDECIDED, BOOT_SUCCESS, BOOT_FAILURE, BOOT_TIMED_OUT, BOOT_ENDED };

/* What became of it; {0} before, clear with boot_result_clear. */
struct boot_result {
    enum boot_verdict verdict;
    char *reason;  /* a sentence; NULL for a success */
    char *pattern; /* the row's name, or the expected pattern; NULL when none matched */
    char *line;    /* that matched, may be NULL */
    char *tail;    /* the console's last lines */
    double seconds;
    int restarts;     /* of the guest's own */
    enum accel accel; /* that was used */
};

/* Boot the image until a verdict: success is 0, any other verdict ERROR_VERDICT with the reason and
 * the console's last lines. ERROR_HOST: there was no machine to boot it on. */
MUST_CHECK int forge_boot(const struct boot_request *request, struct boot_result *result,
                          struct progress *progress, struct error **err);

/* Boot the image with the terminal as its console, until it powers off or Ctrl-] leaves it;
 * it may restart as often as it likes.
 * ERROR_USAGE when there is no terminal. */
MUST_CHECK int forge_boot_terminal(const struct boot_request *request, struct error **err);

void boot_result_clear(struct boot_result *result);
#define AUTO_BOOT_RESULT __attribute__((cleanup(boot_result_clear)))

#endif
