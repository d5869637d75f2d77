/* SPDX-License-Identifier: Apache-2.0 */
/* forge verify: check bundles, a row each. */
#include "forge/base/json.h"
#include "forge/cli/bundle_paths.h"
#include "forge/cli/command_table.h"
#include "forge/cli/keyring.h"
#include "forge/cli/report.h"

struct verify_values {
    struct key_settings keys;
    bool strict, json;
};

#define FIELD(member) .offset = offsetof(struct verify_values, member)
static const struct option_row rows[] = {
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
        (struct bundle_fault){ check, cause, -1, xstrdup(message) };
}

/* Everything that can be found about the bundle at PATH; -1 only when interrupted. */
static int check_bundle(const char *path, const struct verify_values *values,
                        const struct keyring *keyring, struct progress *progress,
                        struct bundle_report *found, struct error **err)
{
    AUTO_MANIFEST struct manifest manifest = { 0 };
    AUTO(error_free) struct error *unreadable = NULL;
    if (manifest_read(path, &manifest, &unreadable)) {
        add_fault(found, BUNDLE_CHECK_COUNT, unreadable->cause, unreadable->message);
        return 0;
    }
    const struct bundle_keys keys = { keyring->certificate, keyring->key, NULL };
    AUTO_FREE char *directory = path_dirname(path);
    if (bundle_verify(&manifest, &keys, directory, progress, found, err))
        return error_wrap(err, "verifying %s", path);
    if (values->strict && found->verdicts[BUNDLE_CHECK_SIGNATURE] == BUNDLE_NOT_CHECKED) {
        add_fault(found, BUNDLE_CHECK_SIGNATURE, ERROR_MISMATCH,
                  "the signature was not checked: --strict wants a --cert");
        found->verdicts[BUNDLE_CHECK_SIGNATURE] = BUNDLE_BAD;
    }
    return 0;
}

static const char *const verdict_names[] = {
    [BUNDLE_NOT_CHECKED] = "not checked",
    [BUNDLE_OK] = "ok",
    [BUNDLE_BAD] = "BAD",
};

static const char *check_name(enum bundle_check check)
{
    return check == BUNDLE_CHECK_COUNT ? "manifest" : bundle_check_name(check);
}

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
    for (size_t i = 0; i < found->fault_count; i++) {
        AUTO_FREE char *message = printable(found->faults[i].message);
        printf("  %s: %s\n", check_name(found->faults[i].check), message);
    }
}

static json_t *fault_json(const struct bundle_fault *fault)
{
    json_t *object = json_pack("{s:s, s:o}", "check", check_name(fault->check), "message",
                               json_text(fault->message));
    if (fault->part >= 0)
        json_object_set_new(object, "part", json_integer(fault->part));
    return object;
}

static json_t *row_json(const char *path, const struct bundle_report *found)
{
    json_t *checks = json_object(), *faults = json_array();
    for (int check = 0; check < BUNDLE_CHECK_COUNT; check++)
        json_object_set_new(checks, bundle_check_name((enum bundle_check)check),
                            json_string(verdict_names[found->verdicts[check]]));
    for (size_t i = 0; i < found->fault_count; i++)
        json_array_append_new(faults, fault_json(&found->faults[i]));
    return json_pack("{s:o, s:b, s:o, s:o}", "manifest", json_text(path), "ok",
                     found->fault_count == 0, "checks", checks, "faults", faults);
}

static int run(const struct invocation *invocation, struct error **err)
{
    const struct verify_values *values = invocation->values;
    AUTO_STRINGS struct string_list paths = { 0 };
    AUTO_KEYRING struct keyring keyring = { 0 };
    for (size_t i = 0; i < invocation->arguments->count; i++)
        if (bundle_paths_add(&paths, invocation->arguments->items[i], err))
            return -1;
    if (keyring_read(&keyring, &values->keys, err))
        return -1;

    AUTO(json_decref) json_t *rows_json = json_array();
    __attribute__((cleanup(outcome_clear))) struct outcome outcome = { 0 };
    if (!values->json)
        print_heading();
    for (size_t i = 0; i < paths.count; i++) {
        AUTO_REPORT struct bundle_report found = { 0 };
        if (check_bundle(paths.items[i], values, &keyring, invocation->progress, &found, err))
            return -1;
        outcome_add(&outcome, paths.items[i], &found);
        if (values->json)
            json_array_append_new(rows_json, row_json(paths.items[i], &found));
        else
            print_row(paths.items[i], &found);
    }
    if (values->json && json_print(rows_json, stdout, err))
        return -1;
    if (outcome.bad == 1)
        return error_set(err, outcome.worst, "%s", outcome.first);
    if (outcome.bad)
        return error_set(err, outcome.worst, "%zu of %zu bundles are not right; the first: %s",
                         outcome.bad, outcome.checked, outcome.first);
    return 0;
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
