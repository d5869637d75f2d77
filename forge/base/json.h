/* SPDX-License-Identifier: Apache-2.0 */
/* What is behind every --json: jansson, and the two things it lacks. */
#ifndef FORGE_BASE_JSON_H
#define FORGE_BASE_JSON_H

#include "forge/base/error.h"

#include <jansson.h>
#include <stdio.h>

DEFINE_CLEANUP(json_t *, json_decref)

/* A JSON string of TEXT, which may come from a guest: bytes that are not UTF-8 become U+FFFD;
 * NULL becomes null. New reference. */
json_t *json_text(const char *text);

/* Print VALUE indented, in insertion order, with a final newline. */
MUST_CHECK int json_print(const json_t *value, FILE *file, struct error **err);

#endif
