/* SPDX-License-Identifier: Apache-2.0 */
/* A manifest read from a file or from memory, with the text that its signature is over. */
#include "forge/base/file.h"
#include "manifest/manifest_events.h"
#include "manifest/manifest_raw.h"
#include "manifest/signed_text.h"

#include <string.h>

/* The signed fields of MANIFEST as one text that can be compared; owned, NULL when impossible. */
static char *format_signed_fields(const struct manifest *manifest)
{
    struct manifest fields = *manifest;
    fields.bundler_name = fields.bundler_version = fields.bundler_release = NULL;
    size_t length;
    return manifest_format(&fields, NULL, &length, NULL);
}

/* Does the signed text of MANIFEST, parsed by itself, say what the whole document says? The cut is
 * by plain string search, so a comment or a strange element could offer it other elements than the
 * ones that were read. */
static bool signed_text_is_what_was_read(const char *text, size_t length,
                                         const struct manifest *manifest)
{
    const char *end = memmem(text, length, "?>", 2);
    int declaration = length > 5 && starts_with(text, "<?xml") && end ? (int)(end + 2 - text) : 0;
    AUTO_FREE char *fragment =
        xasprintf("%.*s<manifest>%s</manifest>", declaration, text, manifest->signed_text);
    AUTO_MANIFEST struct manifest other = { 0 };
    if (manifest_read_events(fragment, strlen(fragment), false, &other, NULL))
        return false;
    AUTO_FREE char *said = format_signed_fields(manifest);
    AUTO_FREE char *covered = format_signed_fields(&other);
    return said && covered && strcmp(said, covered) == 0;
}

static int parse(const char *text, size_t length, struct manifest *manifest, struct error **err)
{
    if (manifest_check_raw(text, length, err) ||
        manifest_read_events(text, length, true, manifest, err))
        return -1;
    manifest->signed_text =
        signed_text_cut(text, length, manifest->version, &manifest->signed_length);
    if (manifest->signed_text && !signed_text_is_what_was_read(text, length, manifest)) {
        free(STEAL(manifest->signed_text));
        manifest->signed_length = 0;
    }
    return 0;
}

int manifest_parse(const char *text, size_t length, const char *name, struct manifest *out,
                   struct error **err)
{
    AUTO_MANIFEST struct manifest manifest = { 0 };
    if (parse(text, length, &manifest, err))
        return error_wrap(err, "manifest %s", name);
    *out = manifest;
    manifest = (struct manifest){ 0 };
    return 0;
}

int manifest_read(const char *path, struct manifest *out, struct error **err)
{
    size_t length;
    AUTO_FREE char *text = file_read(path, MANIFEST_MAX_BYTES, &length, err);
    if (!text)
        return error_wrap(err, "reading the manifest");
    return manifest_parse(text, length, path, out, err);
}
