/* SPDX-License-Identifier: Apache-2.0 */
/* Faults as lines and as JSON. */
#include "forge/cli/bundle_faults.h"
#include "forge/cli/report.h"

const char *bundle_fault_check(enum bundle_check check)
{
    return check == BUNDLE_CHECK_COUNT ? "manifest" : bundle_check_name(check);
}

void bundle_faults_print(const struct bundle_report *report, FILE *file)
{
    for (size_t i = 0; i < report->fault_count; i++) {
        AUTO_FREE char *message = printable(report->faults[i].message);
        fprintf(file, "  %s: %s\n", bundle_fault_check(report->faults[i].check), message);
    }
}

static json_t *fault_json(const struct bundle_fault *fault)
{
    json_t *object = json_pack("{s:s, s:o}", "check", bundle_fault_check(fault->check), "message",
                               json_text(fault->message));
    if (fault->part >= 0)
        json_object_set_new(object, "part", json_integer(fault->part));
    if (fault->field)
        json_object_set_new(object, "field", json_string(fault->field));
    return object;
}

json_t *bundle_faults_json(const struct bundle_report *report)
{
    json_t *faults = json_array();
    for (size_t i = 0; i < report->fault_count; i++)
        json_array_append_new(faults, fault_json(&report->faults[i]));
    return faults;
}
