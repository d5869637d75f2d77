/* SPDX-License-Identifier: Apache-2.0 */
/* A plan as a POSIX shell script that carries it out with the aws CLI or s3cmd. */
#ifndef FORGE_JOIN_PLAN_SCRIPT_H
#define FORGE_JOIN_PLAN_SCRIPT_H

#include "forge/join/plan.h"

#include <stdio.h>

/* Write the script to FILE. TOOL is "aws", "s3cmd", or "auto": what is installed where it runs. */
MUST_CHECK int plan_write_script(const struct plan *plan, const char *tool, FILE *file,
                                 struct error **err);

#endif
