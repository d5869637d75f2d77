/* SPDX-License-Identifier: Apache-2.0 */
/* The bundle's directory: made when it is missing, taken back when nothing came to lie in it. */
#ifndef FORGE_BUILD_DESTINATION_H
#define FORGE_BUILD_DESTINATION_H

#include "forge/base/error.h"

struct destination;

/* Use the directory at PATH, making it (its parent must exist) when there is none. */
MUST_CHECK struct destination *destination_make(const char *path, struct error **err);

/* The work succeeded: the directory stays. */
void destination_keep(struct destination *destination);

/* Remove the directory if it was made here, was not kept, and is empty. */
void destination_close(struct destination *destination);
DEFINE_CLEANUP(struct destination *, destination_close)

#endif
