/* SPDX-License-Identifier: Apache-2.0 */
/* Which libraries this half runs with: another version may make other bytes. */
#ifndef FORGE_MANIFEST_LIBRARIES_H
#define FORGE_MANIFEST_LIBRARIES_H

#include "forge/base/strings.h"

/* Append "name version" of each, as loaded. */
void manifest_libraries(struct string_list *names);

#endif
