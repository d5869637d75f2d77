/* SPDX-License-Identifier: Apache-2.0 */
/* Groups of options that several verbs share, and the settings they fill. */
#ifndef FORGE_CLI_OPTION_GROUPS_H
#define FORGE_CLI_OPTION_GROUPS_H

#include "forge/build/build.h"
#include "forge/cli/options.h"
#include "manifest/bundle_stats.h"

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

/* Certificates and keys. Which of the options a verb has depends on what it does with them. */
struct key_settings {
    char *certificate, *private_key, *ec2_certificate, *region, *passphrase;
    char *directory; /* --keys */
};
void declare_signing_keys(struct options *options, struct key_settings *settings);
void declare_rewrapping_keys(struct options *options, struct key_settings *settings);
void declare_checking_keys(struct options *options, struct key_settings *settings);
void declare_checking_certificate(struct options *options, struct key_settings *settings);
void declare_opening_key(struct options *options, struct key_settings *settings);

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

/* The appliance. */
struct appliance_settings {
    int accel; /* enum accel */
    int64_t memsize, smp, launch_timeout;
    char *appliance, *root;
    bool network, no_network;
    char *ca_certificate;
    bool keep_overlay;
};
void declare_appliance(struct options *options, struct appliance_settings *settings);
void declare_guest(struct options *options, struct appliance_settings *settings);
void declare_guest_network(struct options *options, struct appliance_settings *settings);
void declare_failure(struct options *options, struct appliance_settings *settings);
bool appliance_has_network(const struct appliance_settings *settings);
struct guest_options guest_options_of(const struct appliance_settings *settings,
                                      const struct common_settings *common);

#endif
