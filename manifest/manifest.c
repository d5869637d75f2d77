/* SPDX-License-Identifier: Apache-2.0 */
/* What every holder of a manifest needs: its lists, its signature, its end. */
#include "manifest/manifest.h"

#include <string.h>

static const char *const version_texts[] = {
    [MANIFEST_3] = "3",
    [MANIFEST_2007_08_29] = "2007-08-29",
    [MANIFEST_2007_10_10] = "2007-10-10",
};

const char *manifest_version_text(enum manifest_version version)
{
    return version_texts[version];
}

void manifest_add_mapping(struct manifest *manifest, const char *virtual_name, const char *device)
{
    size_t at = 0;
    while (at < manifest->mapping_count &&
           strcmp(manifest->mappings[at].virtual_name, virtual_name) < 0)
        at++;
    struct mapping *mapping = manifest->mappings ? &manifest->mappings[at] : NULL;
    if (at < manifest->mapping_count && strcmp(mapping->virtual_name, virtual_name) == 0) {
        char *copy = xstrdup(device);
        free(mapping->device);
        mapping->device = copy;
        return;
    }
    manifest->mappings =
        xrealloc(manifest->mappings, manifest->mapping_count + 1, sizeof(*manifest->mappings));
    mapping = &manifest->mappings[at];
    memmove(mapping + 1, mapping, (manifest->mapping_count - at) * sizeof(*mapping));
    *mapping = (struct mapping){ .virtual_name = xstrdup(virtual_name), .device = xstrdup(device) };
    manifest->mapping_count++;
}

int manifest_check_signature(const struct manifest *manifest, const struct certificate *certificate,
                             struct error **err)
{
    if (!manifest->signature || !*manifest->signature ||
        strcmp(manifest->signature, "UNSIGNED") == 0)
        return error_set(err, ERROR_MISMATCH, "the manifest is not signed");
    if (!manifest->signed_text)
        return error_set(err, ERROR_MISMATCH,
                         "the signature does not cover what the manifest says");
    return certificate_verify(certificate, manifest->signed_text, manifest->signed_length,
                              manifest->signature, err);
}

void manifest_clear(struct manifest *manifest)
{
    char *const texts[] = {
        manifest->bundler_name,
        manifest->bundler_version,
        manifest->bundler_release,
        manifest->architecture,
        manifest->kernel_id,
        manifest->ramdisk_id,
        manifest->name,
        manifest->user,
        manifest->type,
        manifest->kernel_name,
        manifest->digest,
        manifest->ec2_encrypted_key,
        manifest->user_encrypted_key,
        manifest->ec2_encrypted_iv,
        manifest->user_encrypted_iv,
        manifest->signature,
        manifest->signed_text,
    };
    for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
        free(texts[i]);
    for (size_t i = 0; i < manifest->mapping_count; i++) {
        free(manifest->mappings[i].virtual_name);
        free(manifest->mappings[i].device);
    }
    free(manifest->mappings);
    for (size_t i = 0; i < manifest->part_count; i++) {
        free(manifest->parts[i].filename);
        free(manifest->parts[i].digest);
    }
    free(manifest->parts);
    string_list_clear(&manifest->product_codes);
    string_list_clear(&manifest->ancestry);
    *manifest = (struct manifest){ 0 };
}
