/* SPDX-License-Identifier: Apache-2.0 */
/* forge doctor: can this host launch an appliance? */
#include "forge/base/json.h"
#include "forge/cli/command_table.h"
#include "forge/cli/report.h"
#include "fsimage/doctor/doctor.h"

struct doctor_values {
    struct appliance_settings appliance;
    char *tmpdir;
    bool json;
};

#define FIELD(member) .offset = offsetof(struct doctor_values, member)
static const struct option_row rows[] = {
    { "tmpdir", 0, OPTION_PATH, "DIR", FIELD(tmpdir), "Directory for large temporary files" },
    { "json", 0, OPTION_FLAG, NULL, FIELD(json), "Print the findings as JSON" },
};

static void declare(struct options *options, void *opaque)
{
    struct doctor_values *values = opaque;
    declare_appliance(options, &values->appliance);
    options_add(options, "Result", OPTION_SECTION_NONE, rows, ARRAY_SIZE(rows), values);
}

static const char *const level_names[] = {
    [FINDING_OK] = "ok",
    [FINDING_WARNING] = "warning",
    [FINDING_PROBLEM] = "PROBLEM",
};

static void print_findings(const struct findings *findings)
{
    for (size_t i = 0; i < findings->count; i++) {
        const struct finding *finding = &findings->items[i];
        AUTO_FREE char *message = printable(finding->message);
        printf("%-8s %-12s %s\n", level_names[finding->level], finding->check, message);
        if (finding->remedy)
            printf("%-8s %-12s -> %s\n", "", "", finding->remedy);
    }
}

static int print_findings_json(const struct findings *findings, struct error **err)
{
    AUTO(json_decref) json_t *array = json_array();
    for (size_t i = 0; i < findings->count; i++) {
        const struct finding *finding = &findings->items[i];
        json_array_append_new(array, json_pack("{s:s, s:s, s:o, s:o}", "check", finding->check,
                                               "level", level_names[finding->level], "message",
                                               json_text(finding->message), "remedy",
                                               json_text(finding->remedy)));
    }
    return json_print(array, stdout, err);
}

static int run(const struct invocation *invocation, struct error **err)
{
    const struct doctor_values *values = invocation->values;
    const struct guest_options options = guest_options_of(&values->appliance, invocation->common);
    __attribute__((cleanup(findings_clear))) struct findings findings = { 0 };
    if (doctor_run(&options, values->tmpdir, invocation->progress, &findings, err))
        return -1;
    if (!values->json)
        print_findings(&findings);
    else if (print_findings_json(&findings, err))
        return -1;
    if (!findings_allow_launch(&findings))
        return error_set(err, ERROR_HOST, "this host cannot launch an appliance yet");
    return 0;
}

const struct command command_doctor = {
    .name = "doctor",
    .arguments = "",
    .summary = "Find out whether this host can launch an appliance, and what it lacks",
    .values_size = sizeof(struct doctor_values),
    .declare = declare,
    .run = run,
};
