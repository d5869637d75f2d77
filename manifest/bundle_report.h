/* SPDX-License-Identifier: Apache-2.0 */
/* Filling the report of a bundle's check. */
#ifndef FORGE_MANIFEST_BUNDLE_REPORT_H
#define FORGE_MANIFEST_BUNDLE_REPORT_H

#include "manifest/bundle.h"

/* CHECK found ERROR (taken) in PART, -1 for none: the verdict is bad. NULL for ERROR makes it good,
 * unless it is bad already. */
void bundle_report_add(struct bundle_report *report, enum bundle_check check, int part,
                       struct error *error);

#endif
