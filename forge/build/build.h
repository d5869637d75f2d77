/* SPDX-License-Identifier: Apache-2.0 */
/* The flow from an image, or from files, to a bundle or to a new image. */
#ifndef FORGE_BUILD_BUILD_H
#define FORGE_BUILD_BUILD_H

#include "forge/build/layout.h"
#include "forge/build/report.h"
#include "forge/join/input.h"
#include "fsimage/customize.h"
#include "fsimage/sysprep.h"

/* Everything is borrowed for the run. */
struct build_request {
    const char *path; /* a disk image, a bundle's manifest, a tar archive, a directory */
    struct input_options input;
    bool keep_overlay;                 /* when a step in the guest fails */
    const struct customize_plan *plan; /* NULL: nothing is customized, nothing asked of the guest */
    struct sysprep_plan sysprep;       /* after the plan's steps, which is then not NULL */
    bool sysprep_dry_run;              /* only of forge_sysprep_preview */
    struct guest_options guest;
    struct layout_request layout; /* DISK_KEEP stands for DISK_ROOTFS when the input is files */

    /* Of a bundle. It goes to bundle.directory (made when missing); bundle.fields points to FIELDS,
     * and what is NULL or empty there is completed on the way. */
    struct manifest *fields;
    bool no_inherit; /* do not complete FIELDS from a bundle that is the input */
    struct bundle_options bundle;
    struct report_settings report;

    /* Of an image. */
    const char *output;
    enum image_format output_format;
    bool replace_output;
};

/* {0} before; clear with build_result_clear. */
struct build_result {
    struct manifest manifest;
    char *manifest_path;
};

/* ERROR_USAGE for what of REQUEST cannot be, as far as it shows before the appliance is launched.
 */
MUST_CHECK int build_check_request(const struct build_request *request, struct error **err);

/* Customize an overlay of the image, lay it out, both in at most one launch of the appliance, then
 * bundle it. Without a plan, of a disk that is kept, nothing is launched. */
MUST_CHECK int forge_build(const struct build_request *request, struct progress *progress,
                           struct build_result *result, struct error **err);

/* The same, but write a new image to request->output: whole, or not at all. */
MUST_CHECK int forge_build_image(const struct build_request *request, struct progress *progress,
                                 struct error **err);

/* Run the steps on an overlay, and tell in CHANGES ({0} before) what sysprep would do then. Nothing
 * is written. */
MUST_CHECK int forge_sysprep_preview(const struct build_request *request, struct progress *progress,
                                     struct sysprep_changes *changes, struct error **err);

void build_result_clear(struct build_result *result);
#define AUTO_RESULT __attribute__((cleanup(build_result_clear)))

#endif
