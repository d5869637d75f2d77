/* SPDX-License-Identifier: Apache-2.0 */
/* A manifest as JSON: every field under the name of its XML element. */
#ifndef FORGE_CLI_MANIFEST_JSON_H
#define FORGE_CLI_MANIFEST_JSON_H

#include "forge/base/json.h"
#include "manifest/manifest.h"

/* New reference; what the manifest does not have is left out. */
json_t *manifest_json(const struct manifest *manifest);

#endif
