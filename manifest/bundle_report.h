/* SPDX-License-Identifier: Apache-2.0 */
/* Filling the report of a bundle's check. */
#ifndef FORGE_MANIFEST_BUNDLE_REPORT_H
#define FORGE_MANIFEST_BUNDLE_REPORT_H

#include "manifest/bundle.h"

/* CHECK found ERROR (taken) in PART, -1 for none, about the manifest's FIELD (static, or NULL): the
 * verdict is bad. NULL for ERROR makes it good, unless it is bad already. */
void bundle_report_add(struct bundle_report *report, enum bundle_check check, int part,
                       const char *field, struct error *error);

/* Restoring the bundle ended at FAULT (taken), which contradicts FIELD: look at every part, and
 * blame the content only when all are sound. -1 only after a signal. */
MUST_CHECK int bundle_diagnose(const struct manifest *manifest, const char *directory,
                               struct progress *progress, struct error *fault, const char *field,
                               struct bundle_report *report, struct error **err);

/* Judge the parts alone: their own faults, and their sum. -1 only after a signal. */
MUST_CHECK int bundle_judge_parts(const struct manifest *manifest, const char *directory,
                                  struct progress *progress, struct bundle_report *report,
                                  struct error **err);

#endif
