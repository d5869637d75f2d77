/* SPDX-License-Identifier: Apache-2.0 */
/* What a check of a bundle found: a verdict for each kind of check, and every fault. */
#include "manifest/bundle_report.h"
#include "forge/base/memory.h"

static const char *const check_names[BUNDLE_CHECK_COUNT] = {
    [BUNDLE_CHECK_SIGNATURE] = "signature", [BUNDLE_CHECK_PARTS] = "parts",
    [BUNDLE_CHECK_SIZES] = "sizes",         [BUNDLE_CHECK_KEY] = "key",
    [BUNDLE_CHECK_CONTENT] = "content",
};

const char *bundle_check_name(enum bundle_check check)
{
    return check_names[check];
}

void bundle_report_add(struct bundle_report *report, enum bundle_check check, int part,
                       const char *field, struct error *error)
{
    if (!error) {
        if (report->verdicts[check] == BUNDLE_NOT_CHECKED)
            report->verdicts[check] = BUNDLE_OK;
        return;
    }
    report->verdicts[check] = BUNDLE_BAD;
    report->faults = xrealloc(report->faults, report->fault_count + 1, sizeof(*report->faults));
    report->faults[report->fault_count++] = (struct bundle_fault){
        .check = check,
        .cause = error->cause,
        .part = part,
        .field = field,
        .message = STEAL(error->message),
    };
    error_free(error);
}

void bundle_report_clear(struct bundle_report *report)
{
    for (size_t i = 0; i < report->fault_count; i++)
        free(report->faults[i].message);
    free(report->faults);
    *report = (struct bundle_report){ 0 };
}
