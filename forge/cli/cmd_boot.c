/* SPDX-License-Identifier: Apache-2.0 */
/* forge boot: does an image boot? */
#include "forge/base/file.h"
#include "forge/base/json.h"
#include "forge/base/terminal.h"
#include "forge/cli/bundle_request.h"
#include "forge/cli/command_table.h"
#include "forge/cli/keyring.h"
#include "forge/join/boot.h"

#include <fcntl.h>
#include <sys/stat.h>

/* The patterns of --expect, and their texts. */
struct expectations {
    struct boot_pattern **patterns;
    struct string_list texts;
};

struct boot_values {
    struct input_settings input;
    struct key_settings keys;
    struct expectations expected;
    int64_t timeout, restarts, cpus, memory;
    int accel, firmware;
    char *log;
    bool network, interactive, json;
};

/* FIELD is the expectations; a mistake is told with its position before anything runs. */
static int set_expect(void *field, const struct option_row *row, const char *text,
                      const struct option_source *source, struct error **err)
{
    (void)row;
    (void)source;
    struct expectations *expected = field;
    struct boot_pattern *pattern = boot_pattern_compile(text, err);
    if (!pattern)
        return -1;
    size_t count = expected->texts.count;
    expected->patterns = xrealloc(expected->patterns, count + 1, sizeof(*expected->patterns));
    expected->patterns[count] = pattern;
    string_list_add(&expected->texts, text);
    return 0;
}

static const struct option_choice accels[] = {
    { "auto", ACCEL_AUTO }, { "kvm", ACCEL_KVM }, { "tcg", ACCEL_TCG }, { NULL, 0 }
};
static const char *const accel_names[] = { "auto", "kvm", "tcg" };

static const struct option_choice firmwares[] = { { "bios", MACHINE_BIOS },
                                                  { "uefi", MACHINE_UEFI },
                                                  { NULL, 0 } };

#define FIELD(member) .offset = offsetof(struct boot_values, member)
static const struct option_row judging_rows[] = {
    { "expect", 0, OPTION_CUSTOM, "REGEX", FIELD(expected),
      "Success is a line that matches, nothing else; repeatable", .set = set_expect },
    { "timeout", 0, OPTION_INTEGER, "SECONDS", FIELD(timeout), "How long to wait for it (300)",
      .min = 1, .max = 86400 },
    { "restarts", 0, OPTION_INTEGER, "N", FIELD(restarts),
      "How often it may restart itself until then (3)", .min = 0, .max = 1000 },
    { "log", 0, OPTION_PATH, "FILE", FIELD(log), "Write all that the console says to FILE" },
    { "json", 0, OPTION_FLAG, NULL, FIELD(json), "Print the result as JSON" },
    { "interactive", 0, OPTION_FLAG, NULL, FIELD(interactive),
      "Give this terminal to the console, and judge nothing; Ctrl-] leaves" },
};

static const struct option_row machine_rows[] = {
    { "cpus", 0, OPTION_INTEGER, "N", FIELD(cpus), "Its processors (as many as this process has)",
      .min = 1, .max = 255 },
    { "memory", 0, OPTION_INTEGER, "MIB", FIELD(memory), "Its memory (1024)", .min = 64,
      .max = 1 << 20 },
    { "firmware", 0, OPTION_CHOICE, "bios|uefi", FIELD(firmware), "Its firmware (bios)",
      .choices = firmwares },
    { "network", 0, OPTION_FLAG, NULL, FIELD(network), "Let it reach the network" },
    { "accel", 0, OPTION_CHOICE, "auto|kvm|tcg", FIELD(accel),
      "Hardware virtualization, emulation, or what works", .choices = accels },
};

static void declare(struct options *options, void *opaque)
{
    struct boot_values *values = opaque;
    values->restarts = BOOT_RESTARTS;
    options_add(options, "Verdict", OPTION_SECTION_NONE, judging_rows, ARRAY_SIZE(judging_rows),
                values);
    options_add(options, "Machine", OPTION_SECTION_NONE, machine_rows, ARRAY_SIZE(machine_rows),
                values);
    declare_input(options, &values->input);
    declare_opening_key(options, &values->keys);
}

static void clear(void *opaque)
{
    struct expectations *expected = &((struct boot_values *)opaque)->expected;
    for (size_t i = 0; i < expected->texts.count; i++)
        boot_pattern_free(expected->patterns[i]);
    free(expected->patterns);
    string_list_clear(&expected->texts);
}

static int check_values(const struct boot_values *values, struct error **err)
{
    if (values->interactive && values->json)
        return error_set(err, ERROR_USAGE, "--interactive gives no result for --json");
    if (values->interactive && values->expected.texts.count)
        return error_set(err, ERROR_USAGE, "--interactive judges nothing: --expect has no meaning");
    if (values->interactive && !terminal_is_there())
        return error_set(err, ERROR_USAGE, "--interactive needs a terminal");
    return 0;
}

/* What a guest says is for its owner. A file that is there is emptied only when it is no input: the
 * log must not cost the image. -1 without --log. */
static int open_log(const struct boot_values *values, const char *input, int *fd,
                    struct error **err)
{
    if (!values->log)
        return 0;
    AUTO_FD int log = open(values->log, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOCTTY, 0600);
    struct stat status;
    if (log < 0 || fstat(log, &status))
        return error_set_errno(err, "opening the log %s", values->log);
    if (file_is_same(&status, input) ||
        (values->keys.private_key && file_is_same(&status, values->keys.private_key)))
        return error_set(err, ERROR_USAGE, "the log %s is an input", values->log);
    if (S_ISREG(status.st_mode) && (fchmod(log, 0600) || ftruncate(log, 0)))
        return error_set_errno(err, "emptying the log %s", values->log);
    *fd = steal_fd(&log);
    return 0;
}

static const char *const verdict_names[] = {
    [BOOT_UNDECIDED] = NULL,      [BOOT_SUCCESS] = "success", [BOOT_FAILURE] = "failure",
    [BOOT_TIMED_OUT] = "timeout", [BOOT_ENDED] = "ended",
};

static int show_json(const struct boot_values *values, const char *name,
                     const struct boot_result *result, struct error **err)
{
    AUTO(json_decref)
    json_t *object =
        json_pack("{s:o, s:o, s:o, s:o, s:o, s:f, s:i, s:o, s:o}", "image", json_text(name),
                  "verdict", json_text(verdict_names[result->verdict]), "reason",
                  json_text(result->reason), "pattern", json_text(result->pattern), "line",
                  json_text(result->line), "seconds", result->seconds, "restarts", result->restarts,
                  "accel", json_text(result->seconds > 0 ? accel_names[result->accel] : NULL),
                  "log", json_text(values->log));
    return json_print(object, stdout, err);
}

/* Of what the user expects the line tells more than the expression. */
static void show_text(const char *name, const struct boot_values *values,
                      const struct boot_result *result)
{
    const char *quote = values->expected.texts.count ? "\"" : "";
    printf("%s: %s%s%s after %.1f s (%s)\n", name, quote, *quote ? result->line : result->pattern,
           quote, result->seconds, accel_names[result->accel]);
}

/* A verdict is a result, whichever it is; what kept us from one is only an error. */
static int judge(const struct boot_request *request, const struct boot_values *values,
                 struct progress *progress, struct error **err)
{
    AUTO_BOOT_RESULT struct boot_result result = { 0 };
    struct error *failed = NULL;
    int outcome = forge_boot(request, &result, progress, &failed);
    if (outcome && failed->cause != ERROR_VERDICT)
        return error_move(err, failed);
    if (!values->json && !outcome)
        show_text(request->name, values, &result);
    if (values->json && show_json(values, request->name, &result, err)) {
        error_free(failed);
        return -1;
    }
    return outcome ? error_move(err, failed) : 0;
}

static int run(const struct invocation *invocation, struct error **err)
{
    struct boot_values *values = invocation->values;
    const char *path = invocation->arguments->items[0];
    AUTO_KEYRING struct keyring keyring = { 0 };
    AUTO_FD int log_fd = -1;
    if (check_values(values, err) || keyring_read_for_input(&keyring, &values->keys, path, err))
        return -1;
    const struct input_options options = input_options_of(&values->input, &keyring);
    AUTO(input_close) struct input *input = input_open(path, &options, invocation->progress, err);
    if (!input || open_log(values, path, &log_fd, err))
        return -1;
    const struct boot_request request = {
        .image = input->image,
        .name = path,
        .tmpdir = values->input.tmpdir,
        .accel = (enum accel)values->accel,
        .firmware = (enum machine_firmware)values->firmware,
        .cpus = (int)values->cpus,
        .memory = (int)values->memory,
        .timeout = (int)values->timeout,
        .restarts = (int)values->restarts,
        .network = values->network,
        .expected = values->expected.patterns,
        .expected_texts = (const char *const *)values->expected.texts.items,
        .expected_count = values->expected.texts.count,
        .log_fd = log_fd,
    };
    return values->interactive ? forge_boot_terminal(&request, err)
                               : judge(&request, values, invocation->progress, err);
}

const struct command command_boot = {
    .name = "boot",
    .arguments = "IMAGE|MANIFEST",
    .summary = "Boot an image in a virtual machine, and say whether it comes up",
    .min_arguments = 1,
    .max_arguments = 1,
    .values_size = sizeof(struct boot_values),
    .declare = declare,
    .run = run,
    .clear = clear,
};
