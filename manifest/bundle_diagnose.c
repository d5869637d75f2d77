/* SPDX-License-Identifier: Apache-2.0 */
/* Every fault of a bundle's parts, and whether they explain why it could not be restored. */
#include "manifest/bundle_report.h"
#include "manifest/parts_check.h"

static void judge_sum(const struct manifest *manifest, const struct parts_verdict *verdict,
                      struct bundle_report *report)
{
    struct error *error = NULL;
    if (verdict->total != manifest->bundled_size)
        error_set(&error, ERROR_MISMATCH, "the parts have %lld bytes, the manifest says %lld",
                  (long long)verdict->total, (long long)manifest->bundled_size);
    bundle_report_add(report, BUNDLE_CHECK_SIZES, -1, "image/bundled_size", error);
}

int bundle_judge_parts(const struct manifest *manifest, const char *directory,
                       struct progress *progress, struct bundle_report *report, struct error **err)
{
    AUTO_PARTS_VERDICT struct parts_verdict verdict = { 0 };
    progress_begin(progress, "verifying", manifest->bundled_size);
    int result = parts_check(manifest, directory, progress, &verdict, err);
    progress_end(progress);
    if (result)
        return -1;
    bundle_report_add(report, BUNDLE_CHECK_PARTS, -1, NULL, NULL);
    for (size_t i = 0; i < verdict.count; i++)
        if (verdict.errors[i])
            bundle_report_add(report, BUNDLE_CHECK_PARTS, (int)i,
                              verdict.unopened[i] ? "filename" : "digest",
                              STEAL(verdict.errors[i]));
    judge_sum(manifest, &verdict, report);
    return 0;
}

int bundle_diagnose(const struct manifest *manifest, const char *directory,
                    struct progress *progress, struct error *fault, const char *field,
                    struct bundle_report *report, struct error **err)
{
    AUTO(error_free) struct error *first = fault;
    if (first->cause == ERROR_INTERRUPTED)
        return error_move(err, STEAL(first));
    if (bundle_judge_parts(manifest, directory, progress, report, err))
        return -1;
    if (report->verdicts[BUNDLE_CHECK_PARTS] != BUNDLE_OK ||
        report->verdicts[BUNDLE_CHECK_SIZES] != BUNDLE_OK)
        return 0;
    if (first->cause != ERROR_MISMATCH) /* it is this host's, not the bundle's */
        return error_move(err, STEAL(first));
    bundle_report_add(report, BUNDLE_CHECK_CONTENT, -1, field, STEAL(first));
    return 0;
}
