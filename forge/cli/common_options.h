/* SPDX-License-Identifier: Apache-2.0 */
/* The options that most verbs have, and the settings they fill. */
#ifndef FORGE_CLI_COMMON_OPTIONS_H
#define FORGE_CLI_COMMON_OPTIONS_H

#include "forge/base/progress.h"
#include "forge/cli/options.h"
#include "fsimage/image.h"

/* Every verb's options. */
struct common_settings {
    bool help, verbose, quiet, trace;
    int progress; /* enum progress_style */
};
void declare_common(struct options *options, struct common_settings *settings);

/* How the IMAGE argument is read. */
struct input_settings {
    int format; /* 0: recognized; else enum image_format + 1 */
    bool allow_backing;
    char *tmpdir, *sha256;
};
void declare_input(struct options *options, struct input_settings *settings);
void declare_input_format(struct options *options, struct input_settings *settings); /* no more */

/* The image that is written; FORMAT is what it has when none is given. */
enum output_kind {
    OUTPUT_NEEDED,   /* the result of the work */
    OUTPUT_KEPT,     /* the same, if it is wanted */
    OUTPUT_RESTORED, /* from a bundle, to stdout too */
};
struct output_settings {
    char *path; /* NULL: not given */
    int format; /* enum image_format */
    bool force;
};
void declare_output(struct options *options, enum output_kind kind, enum image_format format,
                    struct output_settings *settings);

#endif
