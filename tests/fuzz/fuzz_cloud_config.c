/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a cloud-config: steps, or faults with a position, never a crash or a leak. */
#include "forge/build/cloud_config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Nothing that a step could read lies there: and no text of a cloud-config names a local file. */
static const char path[] = "/nonexistent/user-data";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    AUTO_CLOUD_CONFIG struct cloud_config config = { 0 };
    AUTO(error_free) struct error *err = NULL;
    cloud_config_parse(path, (const char *)data, size, &config);
    int verdict = recipe_faults_verdict(&config.faults, &err);
    if ((verdict == 0) != (err == NULL))
        abort(); /* failure and error come together */
    if (err && (err->cause != ERROR_USAGE || !strstr(err->message, path)))
        abort(); /* every mistake has a place */
    if (err && strstr(err->message, "No such file"))
        abort(); /* something was looked for on this host */
    return 0;
}
