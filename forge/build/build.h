/* SPDX-License-Identifier: Apache-2.0 */
/* The three flows from an image: build (customize, then bundle), customize, bundle. */
#ifndef FORGE_BUILD_BUILD_H
#define FORGE_BUILD_BUILD_H

#include "forge/build/report.h"
#include "forge/join/input.h"
#include "fsimage/customize.h"

/* Everything is borrowed for the run. A bundle goes to bundle.directory (made when missing);
 * bundle.fields points to FIELDS, and what is NULL or empty there is completed on the way. */
struct build_request {
    const char *path; /* disk image or manifest */
    struct input_options input;
    bool no_inherit; /* do not complete FIELDS from a bundle that is the input */
    const struct customize_plan *plan;
    struct guest_options guest;
    struct manifest *fields;
    struct bundle_options bundle;
    struct report_settings report; /* of forge_build and forge_bundle */
    const char *output;            /* forge_customize: the new image */
    enum image_format output_format;
    bool replace_output;
};

/* {0} before; clear with build_result_clear. */
struct build_result {
    struct manifest manifest;
    char *manifest_path;
};

/* Customize an overlay of the image in one appliance launch, then bundle it. */
MUST_CHECK int forge_build(const struct build_request *request, struct progress *progress,
                           struct build_result *result, struct error **err);

/* Customize an overlay of the image, then write it as a new image to request->output. */
MUST_CHECK int forge_customize(const struct build_request *request, struct progress *progress,
                               struct error **err);

/* Bundle the image as it is; no appliance. */
MUST_CHECK int forge_bundle(const struct build_request *request, struct progress *progress,
                            struct build_result *result, struct error **err);

void build_result_clear(struct build_result *result);
#define AUTO_RESULT __attribute__((cleanup(build_result_clear)))

#endif
