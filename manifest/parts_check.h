/* SPDX-License-Identifier: Apache-2.0 */
/* All parts of a bundle read and judged, on as many processors as there are. */
#ifndef FORGE_MANIFEST_PARTS_CHECK_H
#define FORGE_MANIFEST_PARTS_CHECK_H

#include "forge/base/progress.h"
#include "manifest/manifest.h"

#include <stdbool.h>

/* What became of each part; clear with parts_verdict_clear. */
struct parts_verdict {
    struct error **errors; /* by index; NULL where the part is right */
    bool *unopened;        /* by index: its file could not be opened */
    size_t count;
    size_t bad;    /* how many are not */
    int64_t total; /* bytes of all that could be read */
};

/* Read every part in DIRECTORY. A wrong part is a finding, not a failure: -1 only after a signal.
 * PROGRESS, whose step the caller began, is told the bytes read. */
MUST_CHECK int parts_check(const struct manifest *manifest, const char *directory,
                           struct progress *progress, struct parts_verdict *verdict,
                           struct error **err);

void parts_verdict_clear(struct parts_verdict *verdict);
#define AUTO_PARTS_VERDICT __attribute__((cleanup(parts_verdict_clear)))

#endif
