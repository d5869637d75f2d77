/* SPDX-License-Identifier: Apache-2.0 */
/* forge-report.json: what a bundle was made from, how, and by what; see forge-bundle(5). */
#ifndef FORGE_BUILD_REPORT_H
#define FORGE_BUILD_REPORT_H

#include "forge/build/layout.h"
#include "forge/join/input.h"
#include "fsimage/customize.h"
#include "fsimage/sysprep.h"

#define REPORT_FILE "forge-report.json"

/* Where the things that the report names come from; any may be NULL. Borrowed. */
struct report_settings {
    bool wanted;
    const struct string_list *recipes;
    const char *cloud_config; /* one that the plan's steps come from */
    const char *certificate, *ec2_certificate;
};

struct report;

/* A directory has one report. May a bundle called NAME, to which SETTINGS apply, have it in
 * DIRECTORY? ERROR_FAILED when one is there and REPLACE is not set, or when it tells of another
 * bundle. */
MUST_CHECK int report_check_place(const struct report_settings *settings, const char *directory,
                                  const char *name, bool replace, struct error **err);

/* The bundle called NAME has been replaced, and SETTINGS want no report: one of it that is still in
 * DIRECTORY tells of what is gone, and is removed. */
void report_remove_stale(const struct report_settings *settings, const char *directory,
                         const char *name);

/* Begin the report on a run whose argument was PATH, opened as INPUT (NULL: an archive or a
 * directory), with PLAN (NULL: nothing is customized), the LAYOUT that is asked for and, NULL or
 * not, the CA_CERTIFICATE of guest commands. All but LAYOUT are borrowed until report_close. Files
 * are digested from here on, beside the run. NULL on error. */
MUST_CHECK struct report *report_begin(const struct report_settings *settings, const char *path,
                                       const struct input *input, const struct customize_plan *plan,
                                       const struct layout_request *layout,
                                       const char *ca_certificate, struct error **err);

/* What inspection found; REPORT may be NULL. */
void report_set_guest(struct report *report, const struct guest_facts *facts);

/* What sysprep did by PLAN; REPORT may be NULL. */
void report_set_sysprep(struct report *report, const struct sysprep_plan *plan,
                        const struct sysprep_changes *changes);

/* The phase NAME ended just now; REPORT may be NULL. */
void report_phase(struct report *report, const char *name);

/* Write the report on the bundle of OUTCOME as outcome->workdir/REPORT_FILE. */
MUST_CHECK int report_write(struct report *report, const struct bundle_outcome *outcome,
                            struct error **err);

void report_close(struct report *report);
DEFINE_CLEANUP(struct report *, report_close)

#endif
