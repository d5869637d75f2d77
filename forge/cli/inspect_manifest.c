/* SPDX-License-Identifier: Apache-2.0 */
/* Shows a manifest: every field, and the state of its signature. */
#include "forge/cli/inspect.h"
#include "forge/cli/keyring.h"
#include "forge/cli/manifest_json.h"
#include "forge/cli/report.h"

#include <string.h>

/* "ok", "not checked", "BAD", or that there is none. */
static const char *signature_state(const struct manifest *manifest, const struct keyring *keyring)
{
    if (!manifest->signature || !*manifest->signature ||
        strcmp(manifest->signature, "UNSIGNED") == 0)
        return "unsigned";
    if (!keyring->certificate)
        return "not checked";
    return manifest_check_signature(manifest, keyring->certificate, NULL) ? "BAD" : "ok";
}

static void report_list(const char *name, const struct string_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        report(i ? "" : name, list->items[i]);
}

static void report_parts(const struct manifest *manifest)
{
    const struct part *parts = manifest->parts;
    if (manifest->part_count == 1)
        reportf("parts", "1: %s", parts[0].filename);
    else if (manifest->part_count)
        reportf("parts", "%zu: %s to %s", manifest->part_count, parts[0].filename,
                parts[manifest->part_count - 1].filename);
}

static void report_manifest(const char *path, const struct manifest *manifest,
                            const char *signature)
{
    report("manifest", path);
    report("version", manifest_version_text(manifest->version));
    reportf("bundler", "%s %s %s", manifest->bundler_name ? manifest->bundler_name : "",
            manifest->bundler_version ? manifest->bundler_version : "",
            manifest->bundler_release ? manifest->bundler_release : "");
    report("name", manifest->name);
    report("user", manifest->user);
    report("type", manifest->type);
    report("architecture", manifest->architecture);
    report("kernel", manifest->kernel_id);
    report("ramdisk", manifest->ramdisk_id);
    report("kernel name", manifest->kernel_name);
    for (size_t i = 0; i < manifest->mapping_count; i++)
        reportf(i ? "" : "mapping", "%s = %s", manifest->mappings[i].virtual_name,
                manifest->mappings[i].device);
    report_list("product codes", &manifest->product_codes);
    report_list("ancestry", &manifest->ancestry);
    report("digest", manifest->digest);
    report_size("size", manifest->size);
    report_size("bundled size", manifest->bundled_size);
    report_parts(manifest);
    report("signature", signature);
}

static int print_json(const char *path, const struct manifest *manifest, const char *signature,
                      struct error **err)
{
    AUTO(json_decref)
    json_t *object = json_pack("{s:s, s:o, s:s, s:o}", "kind", "manifest", "path", json_text(path),
                               "signature_state", signature, "manifest", manifest_json(manifest));
    return json_print(object, stdout, err);
}

int inspect_manifest(const struct invocation *invocation, const char *path, struct error **err)
{
    const struct inspect_values *values = invocation->values;
    AUTO_MANIFEST struct manifest manifest = { 0 };
    AUTO_KEYRING struct keyring keyring = { 0 };
    if (keyring_read(&keyring, &values->keys, err) || manifest_read(path, &manifest, err))
        return -1;
    const char *signature = signature_state(&manifest, &keyring);
    if (values->json)
        return print_json(path, &manifest, signature, err);
    report_manifest(path, &manifest, signature);
    return 0;
}
