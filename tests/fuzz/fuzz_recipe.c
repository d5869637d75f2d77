/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a recipe: read or refused with a position, never a crash or a leak. */
#include "forge/build/recipe.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Nothing that a step could read lies there: what is found on this host must not matter. */
static const char path[] = "/nonexistent/fuzz.yaml";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct recipe_key session[] = {
        { .name = "network" },
        { .name = "memsize" },
        { .name = "tmpdir" },
        { .name = "format" },
        { 0 },
    };
    static const struct recipe_key disk[] = { { .name = "layout" }, { 0 } };
    static const struct recipe_key bundle[] = {
        { .name = "user" }, { .name = "productcodes" }, { "passphrase", true }, { 0 }
    };
    static const struct recipe_key *const keys[] = {
        [RECIPE_SESSION] = session, [RECIPE_DISK] = disk, [RECIPE_BUNDLE] = bundle
    };
    AUTO_RECIPE struct recipe recipe = { 0 };
    AUTO(error_free) struct error *err = NULL;
    if (recipe_parse(path, (const char *)data, size, keys, NULL, &recipe, &err))
        abort(); /* which is about what is given from outside */
    int verdict = recipe_faults_verdict(&recipe.faults, &err);
    if ((verdict == 0) != (err == NULL))
        abort(); /* failure and error come together */
    if (err && (err->cause != ERROR_USAGE || !strstr(err->message, path)))
        abort(); /* every mistake has a place */
    return 0;
}
