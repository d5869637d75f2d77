/* SPDX-License-Identifier: Apache-2.0 */
/* --sysprep and what goes with it, and how what they find is printed. */
#ifndef FORGE_CLI_SYSPREP_OPTIONS_H
#define FORGE_CLI_SYSPREP_OPTIONS_H

#include "forge/build/build.h"
#include "forge/cli/options.h"

struct sysprep_settings {
    struct sysprep_plan plan;
    bool dry_run;
};

/* All but --sysprep-dry-run are a recipe's keys too. */
void declare_sysprep(struct options *options, struct sysprep_settings *settings);

/* Run REQUEST up to what sysprep would do, and print that: a line each, or as JSON. */
MUST_CHECK int sysprep_preview(const struct build_request *request, bool json,
                               struct progress *progress, struct error **err);

#endif
