/* SPDX-License-Identifier: Apache-2.0 */
/* Which libraries and programs of the host this half runs with. */
#ifndef FORGE_FSIMAGE_HOST_LIBRARIES_H
#define FORGE_FSIMAGE_HOST_LIBRARIES_H

#include "forge/base/strings.h"

/* Append "name version" of each. */
void fsimage_libraries(struct string_list *names);

#endif
