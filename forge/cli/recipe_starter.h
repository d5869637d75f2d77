/* SPDX-License-Identifier: Apache-2.0 */
/* The recipe that forge recipe init writes. */
#ifndef FORGE_CLI_RECIPE_STARTER_H
#define FORGE_CLI_RECIPE_STARTER_H

#include "forge/base/error.h"

#include <stdbool.h>

/* Write a starter to the new file PATH, which REPLACE lets take the place of one that is there, or
 * when PATH is NULL to standard output. */
MUST_CHECK int recipe_starter_write(const char *path, bool replace, struct error **err);

#endif
