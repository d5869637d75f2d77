/* SPDX-License-Identifier: Apache-2.0 */
/* Judges a console line by line, by the table of signs or by what the user expects. */
#ifndef FORGE_JOIN_BOOT_WATCH_H
#define FORGE_JOIN_BOOT_WATCH_H

#include "forge/join/boot.h"
#include "forge/join/console.h"

enum { BOOT_CLUES_MAX = 3 };

struct boot_watch {
    const struct boot_request *request;
    const struct boot_matcher *matcher;
    struct console console;
    enum boot_verdict verdict;
    const struct boot_sign *sign; /* that decided; NULL when an expected pattern did */
    const char *expected;         /* that decided, or NULL */
    char *line;                   /* that decided */
    char *clues[BOOT_CLUES_MAX];  /* the first lines that hint at the reason */
    size_t clue_count;
    const char *came_up; /* the sign of a success that was not what the user expects, or NULL */
    bool heard, alive;   /* the console said something; the kernel did */
    int restarts;        /* that were gone along with */
};

/* Begin; WATCH is cleared with boot_watch_clear, whatever it held before. */
void boot_watch_init(struct boot_watch *watch, const struct boot_request *request,
                     const struct boot_matcher *matcher);

/* The console said COUNT bytes. */
void boot_watch_feed(struct boot_watch *watch, const char *bytes, size_t count);

/* The guest begins again: what hinted at a failure before does so no more. */
void boot_watch_restart(struct boot_watch *watch);

/* It says no more for the moment: what stands on its last line may be a prompt. */
void boot_watch_pause(struct boot_watch *watch);

void boot_watch_clear(struct boot_watch *watch);
#define AUTO_BOOT_WATCH __attribute__((cleanup(boot_watch_clear)))

#endif
