/* SPDX-License-Identifier: Apache-2.0 */
/* What the old tools have in common: names, common options, messages, exit statuses. */
#include "forge/compat/compat.h"
#include "forge/base/cancel.h"
#include "forge/base/log.h"
#include "forge/base/strings.h"
#include "forge/compat/tool_home.h"

#include <stdarg.h>
#include <string.h>

static const struct compat_tool *const tools[] = {
    &compat_bundle_image,
    &compat_bundle_vol,
    &compat_unbundle,
    &compat_migrate_manifest,
};

/* The version of Amazon's tools that this is a stand-in for, as they print it. */
#define AMI_TOOLS_VERSION "1.5.3 20071010"

#define FIELD(member) .offset = offsetof(struct compat_common, member)
static const struct argument_row common_rows[] = {
    { "help", 'h', ARGUMENT_FLAG, NULL, FIELD(help), "Display this help message and exit." },
    { "version", 0, ARGUMENT_FLAG, NULL, FIELD(version), "Display the version and exit." },
    { "manual", 0, ARGUMENT_FLAG, NULL, FIELD(manual), "Display what the tool does and exit." },
    { "batch", 0, ARGUMENT_FLAG, NULL, FIELD(batch),
      "Show no progress. Nothing is ever asked, with or without it." },
    { "debug", 0, ARGUMENT_FLAG, NULL, FIELD(debug), "Display debug messages." },
    { "passphrase", 0, ARGUMENT_TEXT, "WHERE", FIELD(passphrase),
      "env:NAME, file:PATH or fd:N of an encrypted private key." },
};
#undef FIELD

/* The tool's own rows, those that it shares, then the common ones. */
struct command_line {
    struct argument_group groups[3];
};

static struct command_line command_line_of(const struct compat_tool *tool, void *values,
                                           struct compat_common *common)
{
    return (struct command_line){ { { tool->rows, tool->row_count, values },
                                    { tool->shared_rows, tool->shared_row_count, values },
                                    { common_rows, ARRAY_SIZE(common_rows), common } } };
}

const struct compat_tool *compat_find(const char *path)
{
    for (size_t i = 0; path && i < ARRAY_SIZE(tools); i++)
        if (strcmp(path_basename(path), tools[i]->name) == 0)
            return tools[i];
    return NULL;
}

void compat_warn(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    AUTO_FREE char *text = xvasprintf(format, args);
    va_end(args);
    fprintf(stderr, "%s\n", text);
}

/* -- what is asked for instead of a run -- */

static void print_version(const struct compat_tool *tool)
{
    printf("%s " AMI_TOOLS_VERSION "\n\n"
           "This is forge " FORGE_VERSION " under the name of the tool that it replaces.\n"
           "Licensed under the Apache License, Version 2.0.\n",
           tool->name);
}

static void print_help(const struct compat_tool *tool, const struct command_line *line)
{
    printf("Usage: %s PARAMETERS\n\nMANDATORY PARAMETERS\n", tool->name);
    arguments_print_help(line->groups, ARRAY_SIZE(line->groups), true, stdout);
    puts("\nOPTIONAL PARAMETERS");
    arguments_print_help(line->groups, ARRAY_SIZE(line->groups), false, stdout);
}

static void print_manual(const struct compat_tool *tool)
{
    printf("%s\n"
           "See forge-ec2-ami-tools(7) for its options, and for what differs from the original.\n",
           tool->manual);
}

/* True when it was one of these; the first of them wins, in the old tools' order. */
static bool answer(const struct compat_tool *tool, const struct compat_common *common,
                   const struct command_line *line)
{
    if (common->version)
        print_version(tool);
    else if (common->help)
        print_help(tool, line);
    else if (common->manual)
        print_manual(tool);
    return common->version || common->help || common->manual;
}

/* -- a run -- */

static struct secret *get_passphrase(void *reference, const char *path, struct error **err)
{
    (void)path;
    return secret_read(reference, err);
}

struct private_key *compat_read_key(const char *path, const struct compat_common *common,
                                    struct error **err)
{
    const struct passphrase passphrase = { get_passphrase, (void *)common->passphrase };
    return private_key_read(path, common->passphrase ? &passphrase : NULL, err);
}

static int flush_output(struct error **err)
{
    if (fflush(stdout) || ferror(stdout))
        return error_set_errno(err, "writing to standard output");
    return 0;
}

static int run_tool(const struct compat_tool *tool, struct compat_run *run, struct error **err)
{
    const struct compat_common *common = run->common;
    if (common->debug)
        log_set_level(LOG_DEBUG);
    bool bar = !common->batch && isatty(STDERR_FILENO);
    AUTO(progress_free)
    struct progress *progress = progress_new(bar ? PROGRESS_BAR : PROGRESS_NONE);
    run->progress = progress;
    if (cancel_start(err) || tool->run(run, err))
        return -1;
    return flush_output(err);
}

static int parse(struct command_line *line, int argc, char *argv[], struct error **err)
{
    int rest;
    if (arguments_parse(line->groups, ARRAY_SIZE(line->groups), argc, argv, &rest, err))
        return -1;
    for (int i = rest; i < argc; i++)
        compat_warn("Ignored, as it is no option: %s", argv[i]);
    return 0;
}

static int start(const struct compat_tool *tool, struct compat_run *run,
                 struct compat_common *common, int argc, char *argv[], struct error **err)
{
    struct command_line line = command_line_of(tool, run->values, common);
    if (parse(&line, argc, argv, err))
        return -1;
    if (answer(tool, common, &line))
        return flush_output(err);
    bool waived = tool->waives && tool->waives(run->values);
    if (!waived && arguments_check_mandatory(line.groups, ARRAY_SIZE(line.groups), err))
        return -1;
    tool_home_complete(argv[0]);
    return run_tool(tool, run, err);
}

static int report(const struct compat_tool *tool, const struct error *error, int status)
{
    (void)fflush(stdout);
    if (error->cause == ERROR_INTERRUPTED) {
        compat_warn("\n%s interrupted.", tool->name);
        return COMPAT_INTERRUPTED;
    }
    if (error->cause == ERROR_USAGE && !status) {
        compat_warn("%s\nTry '%s --help'", error->message, tool->name);
        return COMPAT_BAD_OPTION;
    }
    compat_warn("ERROR: %s", error->message);
    return status ? status : COMPAT_FAILED;
}

int compat_main(const struct compat_tool *tool, int argc, char *argv[])
{
    AUTO(error_free) struct error *error = NULL;
    AUTO_FREE void *values = xcalloc(1, tool->values_size);
    struct compat_common common = { 0 };
    struct compat_run run = { .common = &common, .values = values };
    int failed = start(tool, &run, &common, argc, argv, &error);
    if (tool->clear)
        tool->clear(values);
    return failed ? report(tool, error, run.status) : COMPAT_DONE;
}
