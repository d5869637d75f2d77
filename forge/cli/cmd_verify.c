/* SPDX-License-Identifier: Apache-2.0 */
/* forge verify: check bundles, a row each. */
#include "forge/cli/bundle_faults.h"
#include "forge/cli/bundle_paths.h"
#include "forge/cli/command_table.h"
#include "forge/cli/keyring.h"
#include "forge/cli/report.h"
#include "forge/cli/verify_readers.h"

struct verify_values {
    struct key_settings keys;
    char *source, *location;
    struct string_list readers;
    bool strict, json;
};

#define FIELD(member) .offset = offsetof(struct verify_values, member)
static const struct option_row rows[] = {
    { "source", 0, OPTION_PATH, "DIR", FIELD(source),
      "Directory of the parts (each manifest's own)" },
    { "for", 0, OPTION_LIST, "aws|eucalyptus|openstack,...", FIELD(readers),
      "Say what these readers would refuse or misread" },
    { "location", 0, OPTION_STRING, "BUCKET/PREFIX", FIELD(location),
      "With --for: where the bundle is going to lie" },
    { "strict", 0, OPTION_FLAG, NULL, FIELD(strict),
      "A signature that is not checked is a failure" },
    { "json", 0, OPTION_FLAG, NULL, FIELD(json), "Print the result as JSON" },
};

static void declare(struct options *options, void *opaque)
{
    struct verify_values *values = opaque;
    declare_checking_keys(options, &values->keys);
    options_add(options, "Result", OPTION_SECTION_NONE, rows, ARRAY_SIZE(rows), values);
}

/* What every bundle is checked with, and what was found about one. */
struct checking {
    const struct verify_values *values;
    const struct keyring *keyring;
    unsigned readers; /* of --for, or-ed */
    struct progress *progress;
};
struct found {
    struct bundle_report report;
    struct reader_findings readers;
};

static void found_clear(struct found *found)
{
    bundle_report_clear(&found->report);
    reader_findings_clear(&found->readers);
}

/* Over all bundles: how many were not right, the strongest cause, the first sentence about it. */
struct outcome {
    size_t checked, bad;
    enum error_cause worst;
    char *first;
};

static void outcome_clear(struct outcome *outcome)
{
    free(outcome->first);
}

static void outcome_add(struct outcome *outcome, const char *path,
                        const struct bundle_report *found)
{
    outcome->checked++;
    if (!found->fault_count)
        return;
    if (!outcome->bad++)
        outcome->first = xasprintf("%s: %s", path, found->faults[0].message);
    /* Causes are declared in the order of their exit statuses. */
    for (size_t i = 0; i < found->fault_count; i++)
        if (found->faults[i].cause > outcome->worst)
            outcome->worst = found->faults[i].cause;
}

static void add_fault(struct bundle_report *found, enum bundle_check check, enum error_cause cause,
                      const char *message)
{
    found->faults = xrealloc(found->faults, found->fault_count + 1, sizeof(*found->faults));
    found->faults[found->fault_count++] =
        (struct bundle_fault){ check, cause, -1, NULL, xstrdup(message) };
}

/* Rules that only warn are no fault. */
static int check_readers(const char *path, const struct manifest *manifest,
                         const struct checking *checking, struct found *found, struct error **err)
{
    if (!checking->readers)
        return 0;
    if (reader_rules_apply(path, manifest, checking->readers, checking->values->location,
                           &found->readers, err))
        return -1;
    for (size_t i = 0; i < found->readers.count; i++)
        if (found->readers.items[i].rule->severity == RULE_ERROR)
            add_fault(&found->report, BUNDLE_CHECK_COUNT, ERROR_VERDICT,
                      found->readers.items[i].message);
    return 0;
}

/* Everything that can be found about the bundle at PATH; -1 only when interrupted. */
static int check_bundle(const char *path, const struct checking *checking, struct found *found,
                        struct error **err)
{
    AUTO_MANIFEST struct manifest manifest = { 0 };
    AUTO(error_free) struct error *unreadable = NULL;
    struct bundle_report *report = &found->report;
    if (manifest_read(path, &manifest, &unreadable)) {
        add_fault(report, BUNDLE_CHECK_COUNT, unreadable->cause, unreadable->message);
        return 0;
    }
    const struct bundle_keys keys = { keyring_certificate(checking->keyring, &manifest),
                                      keyring_key(checking->keyring, &manifest), NULL };
    AUTO_FREE char *beside = path_dirname(path);
    const char *directory = checking->values->source ? checking->values->source : beside;
    if (bundle_verify(&manifest, &keys, directory, checking->progress, report, err) ||
        check_readers(path, &manifest, checking, found, err))
        return error_wrap(err, "verifying %s", path);
    if (checking->values->strict &&
        report->verdicts[BUNDLE_CHECK_SIGNATURE] == BUNDLE_NOT_CHECKED) {
        add_fault(report, BUNDLE_CHECK_SIGNATURE, ERROR_MISMATCH,
                  "the signature was not checked: --strict wants a --cert");
        report->verdicts[BUNDLE_CHECK_SIGNATURE] = BUNDLE_BAD;
    }
    return 0;
}

static const char *const verdict_names[] = {
    [BUNDLE_NOT_CHECKED] = "not checked",
    [BUNDLE_OK] = "ok",
    [BUNDLE_BAD] = "BAD",
};

static void print_heading(void)
{
    for (int check = 0; check < BUNDLE_CHECK_COUNT; check++)
        printf("%-12s ", bundle_check_name((enum bundle_check)check));
    printf("bundle\n");
}

static void print_row(const char *path, const struct bundle_report *found)
{
    for (int check = 0; check < BUNDLE_CHECK_COUNT; check++)
        printf("%-12s ", verdict_names[found->verdicts[check]]);
    AUTO_FREE char *safe_path = printable(path);
    printf("%s\n", safe_path);
    bundle_faults_print(found, stdout);
}

static json_t *row_object(const char *path, const struct bundle_report *found)
{
    json_t *checks = json_object();
    for (int check = 0; check < BUNDLE_CHECK_COUNT; check++)
        json_object_set_new(checks, bundle_check_name((enum bundle_check)check),
                            json_string(verdict_names[found->verdicts[check]]));
    return json_pack("{s:o, s:b, s:o, s:o}", "manifest", json_text(path), "ok",
                     found->fault_count == 0, "checks", checks, "faults",
                     bundle_faults_json(found));
}

/* Show what was FOUND about the bundle at PATH: a row, or an object appended to ARRAY. */
static void show(const char *path, const struct found *found, unsigned readers, json_t *array)
{
    if (!array) {
        print_row(path, &found->report);
        verify_readers_print(&found->readers, readers);
        return;
    }
    json_t *row = row_object(path, &found->report);
    if (readers)
        json_object_set_new(row, "readers", verify_readers_json(&found->readers, readers));
    json_array_append_new(array, row);
}

static int verdict(const struct outcome *outcome, struct error **err)
{
    if (outcome->bad == 1)
        return error_set(err, outcome->worst, "%s", outcome->first);
    if (outcome->bad)
        return error_set(err, outcome->worst, "%zu of %zu bundles are not right; the first: %s",
                         outcome->bad, outcome->checked, outcome->first);
    return 0;
}

static int run(const struct invocation *invocation, struct error **err)
{
    const struct verify_values *values = invocation->values;
    AUTO_STRINGS struct string_list paths = { 0 };
    AUTO_KEYRING struct keyring keyring = { 0 };
    struct checking checking = { values, &keyring, 0, invocation->progress };
    if (verify_readers_parse(&values->readers, &checking.readers, err))
        return -1;
    if (values->location && !checking.readers)
        return error_set(err, ERROR_USAGE, "--location is for the readers of --for: name them");
    for (size_t i = 0; i < invocation->arguments->count; i++)
        if (bundle_paths_add(&paths, invocation->arguments->items[i], err))
            return -1;
    if (keyring_read(&keyring, &values->keys, err))
        return -1;

    AUTO(json_decref) json_t *results = values->json ? json_array() : NULL;
    __attribute__((cleanup(outcome_clear))) struct outcome outcome = { 0 };
    if (!results)
        print_heading();
    for (size_t i = 0; i < paths.count; i++) {
        __attribute__((cleanup(found_clear))) struct found found = { 0 };
        if (check_bundle(paths.items[i], &checking, &found, err))
            return -1;
        outcome_add(&outcome, paths.items[i], &found.report);
        show(paths.items[i], &found, checking.readers, results);
    }
    if (results && json_print(results, stdout, err))
        return -1;
    return verdict(&outcome, err);
}

const struct command command_verify = {
    .name = "verify",
    .arguments = "MANIFEST|DIRECTORY...",
    .summary = "Check signatures, parts and content of bundles",
    .min_arguments = 1,
    .max_arguments = ANY_NUMBER,
    .values_size = sizeof(struct verify_values),
    .declare = declare,
    .run = run,
};
