/* SPDX-License-Identifier: Apache-2.0 */
/* What sysprep did as JSON: the report's, and that of --sysprep-dry-run. */
#ifndef FORGE_BUILD_SYSPREP_JSON_H
#define FORGE_BUILD_SYSPREP_JSON_H

#include "forge/base/json.h"
#include "fsimage/sysprep.h"

/* {"operations": [NAME], "changes": [{"operation", "action", "path", "what"}], "more": N}; new
 * reference. */
json_t *sysprep_json(const struct sysprep_plan *plan, const struct sysprep_changes *changes);

#endif
