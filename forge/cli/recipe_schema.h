/* SPDX-License-Identifier: Apache-2.0 */
/* What a recipe may have, as a JSON Schema. */
#ifndef FORGE_CLI_RECIPE_SCHEMA_H
#define FORGE_CLI_RECIPE_SCHEMA_H

#include "forge/base/json.h"
#include "forge/cli/options.h"

/* A schema (draft 2020-12) of recipes for OPTIONS, whose sections say what those may set: made from
 * the options' rows and the table of operations. It knows keys, forms and ranges of values; only
 * reading a recipe shows whether an expression is one and a file is there. New reference. */
json_t *recipe_schema(const struct options *options);

#endif
