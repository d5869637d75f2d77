/* SPDX-License-Identifier: Apache-2.0 */
/* Manifests: whatever can be read can be written, and says the same when it is read again. */
#include "manifest/manifest.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char *format(const struct manifest *manifest)
{
    size_t length;
    char *text = manifest_format(manifest, NULL, &length, NULL);
    if (!text || strlen(text) != length)
        abort();
    return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    AUTO_MANIFEST struct manifest manifest = { 0 }, again = { 0 };
    AUTO(error_free) struct error *err = NULL;
    if (manifest_parse((const char *)data, size, "input", &manifest, &err))
        return 0;
    if (!manifest.type)
        manifest.type = xstrdup("machine"); /* versions before 2007-10-10 have none */
    AUTO_FREE char *text = format(&manifest);
    if (manifest_parse(text, strlen(text), "output", &again, &err))
        abort();
    AUTO_FREE char *text_again = format(&again);
    if (strcmp(text, text_again) != 0)
        abort();
    return 0;
}
