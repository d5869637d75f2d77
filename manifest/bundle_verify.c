/* SPDX-License-Identifier: Apache-2.0 */
/* Checking a bundle as far as the keys at hand allow, without restoring it anywhere. */
#include "manifest/bundle_report.h"
#include "manifest/bundle_restore.h"
#include "manifest/parts_check.h"

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
    bundle_report_add(report, BUNDLE_CHECK_SIGNATURE, -1, authentic ? NULL : error);
}

/* Is KEY one of the bundle's? Then *CIPHER_KEY is what it opens. */
static bool verify_key(const struct manifest *manifest, const struct private_key *key,
                       struct cipher_key *cipher_key, struct bundle_report *report)
{
    if (!key)
        return false;
    struct error *error = NULL;
    bool opens = bundle_unwrap_key(manifest, key, cipher_key, &error) == 0;
    bundle_report_add(report, BUNDLE_CHECK_KEY, -1, opens ? NULL : error);
    return opens;
}

static void verify_sizes(const struct manifest *manifest, const struct parts_verdict *verdict,
                         struct bundle_report *report)
{
    struct error *error = NULL;
    if (verdict->total != manifest->bundled_size)
        error_set(&error, ERROR_MISMATCH, "the parts have %lld bytes, the manifest says %lld",
                  (long long)verdict->total, (long long)manifest->bundled_size);
    bundle_report_add(report, BUNDLE_CHECK_SIZES, -1, error);
}

static int verify_parts(const struct manifest *manifest, const char *directory,
                        struct progress *progress, struct bundle_report *report, struct error **err)
{
    AUTO_PARTS_VERDICT struct parts_verdict verdict = { 0 };
    progress_begin(progress, "verifying", manifest->bundled_size);
    int result = parts_check(manifest, directory, progress, &verdict, err);
    progress_end(progress);
    if (result)
        return -1;
    bundle_report_add(report, BUNDLE_CHECK_PARTS, -1, NULL);
    for (size_t i = 0; i < verdict.count; i++)
        if (verdict.errors[i])
            bundle_report_add(report, BUNDLE_CHECK_PARTS, (int)i, STEAL(verdict.errors[i]));
    verify_sizes(manifest, &verdict, report);
    return 0;
}

/* One pass over a sound bundle checks everything. NULL, or its first fault. */
static struct error *verify_content(const struct manifest *manifest, const struct cipher_key *key,
                                    const char *directory, struct progress *progress)
{
    struct device discard = { .ops = &discard_ops, .size = manifest->size };
    struct error *fault = NULL;
    progress_begin(progress, "verifying", manifest->size);
    bool sound = bundle_restore(manifest, key, directory, &discard, progress, NULL, &fault) == 0;
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
        return verify_parts(manifest, directory, progress, report, err);

    struct error *fault = verify_content(manifest, &key, directory, progress);
    cipher_key_wipe(&key);
    if (fault && fault->cause == ERROR_INTERRUPTED)
        return error_move(err, fault);
    if (!fault) {
        static const enum bundle_check all[] = { BUNDLE_CHECK_PARTS, BUNDLE_CHECK_SIZES,
                                                 BUNDLE_CHECK_CONTENT };
        for (size_t i = 0; i < ARRAY_SIZE(all); i++)
            bundle_report_add(report, all[i], -1, NULL);
        return 0;
    }
    /* That pass ended at the first fault: look at every part, and blame the content only when they
     * are sound. */
    if (verify_parts(manifest, directory, progress, report, err)) {
        error_free(fault);
        return -1;
    }
    bool sound = report->verdicts[BUNDLE_CHECK_PARTS] == BUNDLE_OK &&
                 report->verdicts[BUNDLE_CHECK_SIZES] == BUNDLE_OK;
    if (sound)
        bundle_report_add(report, BUNDLE_CHECK_CONTENT, -1, fault);
    else
        error_free(fault);
    return 0;
}
