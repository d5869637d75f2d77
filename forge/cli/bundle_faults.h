/* SPDX-License-Identifier: Apache-2.0 */
/* What was found wrong with a bundle, for people and for machines. */
#ifndef FORGE_CLI_BUNDLE_FAULTS_H
#define FORGE_CLI_BUNDLE_FAULTS_H

#include "forge/base/json.h"
#include "manifest/bundle.h"

/* The name of a check; BUNDLE_CHECK_COUNT stands for the manifest itself. */
const char *bundle_fault_check(enum bundle_check check);

/* "  CHECK: MESSAGE" a line for each fault. */
void bundle_faults_print(const struct bundle_report *report, FILE *file);

/* An array of objects: "check", "message", and where they apply "part" and "field". */
json_t *bundle_faults_json(const struct bundle_report *report);

#endif
