/* SPDX-License-Identifier: Apache-2.0 */
/* The options of a new bundle, and the settings they fill. */
#ifndef FORGE_CLI_BUNDLE_OPTIONS_H
#define FORGE_CLI_BUNDLE_OPTIONS_H

#include "forge/build/build.h"
#include "forge/cli/options.h"
#include "manifest/bundle_stats.h"

/* How --stats shows where the time went. */
enum stats_style { STATS_NONE, STATS_TEXT, STATS_JSON };

/* A new bundle: its manifest's fields, and how it is written. */
struct bundle_settings {
    struct manifest fields;
    char *destination;
    int image_type;                           /* an index of bundle_type_names */
    int sparse;                               /* enum bundle_sparse */
    int stats;                                /* enum stats_style */
    struct bundle_stats taken;                /* what they are about */
    int64_t mtime, part_size, level, threads; /* 0: the library's default */
    char *seed_file;
    bool reproducible;
    bool report, no_report; /* the second wins */
    bool no_size_checks, no_inherit, force, json;
};
void declare_bundle(struct options *options, struct bundle_settings *settings);
void bundle_settings_clear(struct bundle_settings *settings);

#endif
