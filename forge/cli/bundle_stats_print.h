/* SPDX-License-Identifier: Apache-2.0 */
/* Where the time went, for people and for machines. */
#ifndef FORGE_CLI_BUNDLE_STATS_PRINT_H
#define FORGE_CLI_BUNDLE_STATS_PRINT_H

#include "forge/cli/bundle_options.h"

/* Print STATS to standard error: nothing, a table, or one line of JSON. */
MUST_CHECK int bundle_stats_print(const struct bundle_stats *stats, enum stats_style style,
                                  struct error **err);

#endif
