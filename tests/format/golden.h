/* SPDX-License-Identifier: Apache-2.0 */
/* Bundles made by other people's tools, kept beside the checkout. */
#ifndef FORGE_TESTS_GOLDEN_H
#define FORGE_TESTS_GOLDEN_H

#include "forge/base/strings.h"

#include <stdio.h>

/* The owned path of NAME among the golden bundles. */
static inline char *golden(const char *name)
{
    const char *root = getenv("FORGE_SOURCE");
    AUTO_FREE char *directory = path_join(root ? root : ".", "../shared/golden");
    return path_join(directory, name);
}

/* End the program when there are none: a failure under CI, else a skip. */
static inline void require_golden(void)
{
    AUTO_FREE char *path = golden("README.md");
    if (access(path, R_OK) == 0)
        return;
    fprintf(stderr, "the golden bundles are not in ../shared/golden\n");
    exit(getenv("CI") ? 1 : 77);
}

#endif
