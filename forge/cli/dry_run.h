/* SPDX-License-Identifier: Apache-2.0 */
/* forge build --dry-run: what would be done. */
#ifndef FORGE_CLI_DRY_RUN_H
#define FORGE_CLI_DRY_RUN_H

#include "forge/build/build.h"
#include "forge/cli/bundle_options.h"
#include "forge/cli/key_options.h"

/* Everything is borrowed. */
struct dry_run {
    const char *path; /* the image's */
    const struct input_options *input;
    const struct customize_plan *plan;
    const struct options *options; /* settings are those of its sections */
    const struct bundle_settings *bundle;
    const struct key_settings *keys;
    bool network;
};

/* Print the plan on standard output, as text or, if the bundle's settings say so, as JSON. The
 * image is looked at, not changed, and nothing is launched; that it cannot be read is part of the
 * plan. A SHA-256 that is given is checked: ERROR_MISMATCH. */
MUST_CHECK int dry_run_print(const struct dry_run *run, struct progress *progress,
                             struct error **err);

#endif
