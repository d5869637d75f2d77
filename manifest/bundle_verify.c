/* SPDX-License-Identifier: Apache-2.0 */
/* Checking a bundle as far as the keys at hand allow, without restoring it anywhere. */
#include "manifest/bundle_report.h"
#include "manifest/bundle_restore.h"

/* A device that forgets what is written to it. */
static int discard_pwrite(struct device *device, const void *buffer, size_t count, int64_t offset,
                          struct error **err)
{
    (void)device, (void)buffer, (void)count, (void)offset, (void)err;
    return 0;
}

static int discard_zero(struct device *device, int64_t offset, int64_t length, struct error **err)
{
    (void)device, (void)offset, (void)length, (void)err;
    return 0;
}

static const struct device_ops discard_ops = { .pwrite = discard_pwrite, .zero = discard_zero };

static void verify_signature(const struct manifest *manifest, const struct certificate *certificate,
                             struct bundle_report *report)
{
    if (!certificate)
        return;
    struct error *error = NULL;
    bool authentic = manifest_check_signature(manifest, certificate, &error) == 0;
    bundle_report_add(report, BUNDLE_CHECK_SIGNATURE, -1, "signature", authentic ? NULL : error);
}

/* Is KEY one of the bundle's? Then *CIPHER_KEY is what it opens. */
static bool verify_key(const struct manifest *manifest, const struct private_key *key,
                       struct cipher_key *cipher_key, struct bundle_report *report)
{
    if (!key)
        return false;
    struct error *error = NULL;
    bool opens = bundle_unwrap_key(manifest, key, cipher_key, &error) == 0;
    bundle_report_add(report, BUNDLE_CHECK_KEY, -1, "image/user_encrypted_key",
                      opens ? NULL : error);
    return opens;
}

/* One pass over a sound bundle checks everything. NULL, or its first fault. */
static struct error *verify_content(const struct manifest *manifest, const struct cipher_key *key,
                                    const char *directory, struct progress *progress,
                                    const char **field)
{
    struct device discard = { .ops = &discard_ops, .size = manifest->size };
    struct error *fault = NULL;
    progress_begin(progress, "verifying", manifest->bundled_size);
    bool sound =
        bundle_restore(manifest, key, directory, &discard, progress, NULL, field, &fault) == 0;
    progress_end(progress);
    return sound ? NULL : fault;
}

int bundle_verify(const struct manifest *manifest, const struct bundle_keys *keys,
                  const char *directory, struct progress *progress, struct bundle_report *report,
                  struct error **err)
{
    verify_signature(manifest, keys->user_certificate, report);
    struct cipher_key key;
    if (!verify_key(manifest, keys->user_key, &key, report))
        return bundle_judge_parts(manifest, directory, progress, report, err);

    const char *field = NULL;
    struct error *fault = verify_content(manifest, &key, directory, progress, &field);
    cipher_key_wipe(&key);
    if (fault)
        return bundle_diagnose(manifest, directory, progress, fault, field, report, err);
    static const enum bundle_check all[] = { BUNDLE_CHECK_PARTS, BUNDLE_CHECK_SIZES,
                                             BUNDLE_CHECK_CONTENT };
    for (size_t i = 0; i < ARRAY_SIZE(all); i++)
        bundle_report_add(report, all[i], -1, NULL, NULL);
    return 0;
}
