/* SPDX-License-Identifier: Apache-2.0 */
/* A directory for all of a test program, or for each of its tests: made before, removed after. */
#ifndef FORGE_TESTS_SCRATCH_H
#define FORGE_TESTS_SCRATCH_H

#include "tests/unit/check.h"

static char *dir;

static int set_up(void **state)
{
    (void)state;
    dir = make_scratch();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    remove_scratch(dir);
    return 0;
}

#endif
