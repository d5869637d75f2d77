/* SPDX-License-Identifier: Apache-2.0 */
/* The lines of a console by which a boot is judged: one table of patterns. */
#ifndef FORGE_JOIN_BOOT_SIGNS_H
#define FORGE_JOIN_BOOT_SIGNS_H

#include "forge/base/error.h"

#include <stdbool.h>
#include <stddef.h>

enum boot_meaning {
    BOOT_SIGN_SUCCESS, /* the system is up */
    BOOT_SIGN_FAILURE, /* it will not come up */
    BOOT_SIGN_CLUE,    /* something is wrong, which may or may not end the boot */
    BOOT_SIGN_ALIVE,   /* the kernel or its first program speaks on this console */
};

struct boot_sign {
    const char *name;
    const char *pattern; /* PCRE2, matched against one line; with a $ it can be a prompt */
    enum boot_meaning meaning;
    const char *sentence; /* of a failure: what happened, and what to do about it */
};

/* Ends with a row without a name. For one line the first row that matches counts. */
extern const struct boot_sign boot_signs[];

/* The row of a failure that is a busy host's: its emulated timer does not tick in time. */
#define BOOT_SIGN_TIMER "emulated timer"

/* A pattern, compiled. */
struct boot_pattern;

/* ERROR_USAGE with the position for a mistake in TEXT. */
MUST_CHECK struct boot_pattern *boot_pattern_compile(const char *text, struct error **err);
bool boot_pattern_matches(const struct boot_pattern *pattern, const char *line);
void boot_pattern_free(struct boot_pattern *pattern);
DEFINE_CLEANUP(struct boot_pattern *, boot_pattern_free)

/* The table, compiled. */
struct boot_matcher;
MUST_CHECK struct boot_matcher *boot_matcher_new(struct error **err);

/* The row that LINE is a sign of, or NULL; a line that is not COMPLETE can only be a prompt. */
const struct boot_sign *boot_matcher_find(const struct boot_matcher *matcher, const char *line,
                                          bool complete);

void boot_matcher_free(struct boot_matcher *matcher);
DEFINE_CLEANUP(struct boot_matcher *, boot_matcher_free)

#endif
