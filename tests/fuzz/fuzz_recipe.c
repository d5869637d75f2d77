/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a recipe: read or refused with a position, never a crash or a leak. */
#include "forge/build/recipe.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Nothing that a step could read lies there: what is found on this host must not matter. */
static const char path[] = "/nonexistent/fuzz.yaml";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const session[] = { "network", "memsize", "tmpdir", "format", NULL };
    static const char *const bundle[] = { "user", "productcodes", "force", NULL };
    static const char *const *const keys[] = {
        [RECIPE_SESSION] = session, [RECIPE_BUNDLE] = bundle
    };
    AUTO_RECIPE struct recipe recipe = { 0 };
    struct error *err = NULL;
    int result = recipe_parse(path, (const char *)data, size, keys, &recipe, &err);
    if ((result == 0) != (err == NULL))
        abort(); /* failure and error come together */
    if (err && err->cause == ERROR_USAGE && strncmp(err->message, path, strlen(path)) != 0)
        abort(); /* every mistake has a place */
    error_free(err);
    return 0;
}
