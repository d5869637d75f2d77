/* SPDX-License-Identifier: Apache-2.0 */
/* Progress, drawn in one place: a bar on a terminal, plain lines in a log, or JSON events. */
#ifndef FORGE_BASE_PROGRESS_H
#define FORGE_BASE_PROGRESS_H

#include "forge/base/error.h"

#include <stdint.h>

enum progress_style {
    PROGRESS_AUTO, /* bar when stderr is a terminal, else plain */
    PROGRESS_BAR,
    PROGRESS_PLAIN,
    PROGRESS_JSON, /* one object per line on stderr: {"event","step","done","total","seconds"} */
    PROGRESS_NONE,
};

struct progress;

/* Every function takes NULL for "no progress". All calls come from the main thread. */
struct progress *progress_new(enum progress_style style);
void progress_free(struct progress *progress);
DEFINE_CLEANUP(struct progress *, progress_free)

/* A step begins: WHAT is a short text such as "bundling"; TOTAL in bytes, 0 when not known.
 * A step that ends within a second is not drawn. Steps do not nest: a new one ends the last. */
void progress_begin(struct progress *progress, const char *what, int64_t total);
void progress_update(struct progress *progress, int64_t done);
void progress_end(struct progress *progress);

#endif
