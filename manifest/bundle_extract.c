/* SPDX-License-Identifier: Apache-2.0 */
/* Turning a bundle back into the image it was made from. */
#include "manifest/bundle_report.h"
#include "manifest/bundle_restore.h"
#include "manifest/part_file.h"

/* A flipped byte shows first as damage to the compressed stream, in the middle of its part: what
 * counts is which parts are to blame, if any are. */
static int tell_faults(const struct manifest *manifest, const char *directory, struct error *fault,
                       const char *field, struct bundle_report *report, struct error **err)
{
    if (fault->cause != ERROR_MISMATCH)
        return error_move(err, fault);
    size_t before = report->fault_count;
    if (bundle_diagnose(manifest, directory, NULL, fault, field, report, err))
        return -1;
    const struct bundle_fault *first = &report->faults[before];
    size_t more = report->fault_count - before - 1;
    if (!more)
        return error_set(err, first->cause, "%s", first->message);
    return error_set(err, first->cause, "%s (and %zu more fault%s)", first->message, more,
                     more == 1 ? "" : "s");
}

int bundle_extract(const struct manifest *manifest, const struct private_key *key,
                   const char *directory, struct device *image, struct progress *progress,
                   int64_t *mtime, struct bundle_report *report, struct error **err)
{
    AUTO_REPORT struct bundle_report own_report = { 0 };
    struct cipher_key cipher_key;
    if (bundle_unwrap_key(manifest, key, &cipher_key, err))
        return -1;
    struct error *fault = NULL;
    const char *field = "image/bundled_size";
    progress_begin(progress, "unbundling", manifest->bundled_size);
    int result = parts_present(manifest, directory, &fault);
    if (result == 0)
        result = bundle_restore(manifest, &cipher_key, directory, image, progress, mtime, &field,
                                &fault);
    cipher_key_wipe(&cipher_key);
    progress_end(progress);
    if (result)
        return tell_faults(manifest, directory, fault, field, report ? report : &own_report, err);
    return 0;
}
