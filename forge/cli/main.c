/* SPDX-License-Identifier: Apache-2.0 */
/* The forge program: finds the verb, parses its options, runs it, and picks the exit status. Called
 * by an old tool's name it hands over to that. */
#include "forge/base/cancel.h"
#include "forge/base/log.h"
#include "forge/cli/command_table.h"
#include "forge/cli/help.h"
#include "forge/compat/compat.h"

#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>

/* Statuses of forge(1): what a script may rely on. */
static int exit_status(const struct error *error)
{
    static const int statuses[] = {
        [ERROR_FAILED] = 1,   [ERROR_USAGE] = 2, [ERROR_INVALID] = 3, [ERROR_HOST] = 4,
        [ERROR_MISMATCH] = 5, [ERROR_GUEST] = 6, [ERROR_VERDICT] = 7,
    };
    if (cancel_signal()) /* whatever came of it */
        return 128 + cancel_signal();
    return statuses[error->cause];
}

/* An empty handler, not SIG_IGN: writing to a closed pipe becomes an error here, while programs
 * that we start keep the default. */
static void on_broken_pipe(int signal)
{
    (void)signal;
}

/* Keys are in memory: leave no core file. */
static void prepare_process(void)
{
    const struct rlimit none = { 0, 0 };
    (void)setrlimit(RLIMIT_CORE, &none);
#ifndef __SANITIZE_ADDRESS__ /* its leak check looks at this process from another */
    (void)prctl(PR_SET_DUMPABLE, 0);
#endif
    const struct sigaction action = { .sa_handler = on_broken_pipe, .sa_flags = SA_RESTART };
    (void)sigaction(SIGPIPE, &action, NULL);
}

static void set_log_level(const struct common_settings *common)
{
    if (common->quiet)
        log_set_level(LOG_WARN);
    if (common->verbose)
        log_set_level(LOG_DEBUG);
}

static int check_arguments(const struct command *command, const struct string_list *arguments,
                           struct error **err)
{
    if (arguments->count < command->min_arguments)
        return error_set(err, ERROR_USAGE, "too few arguments: %s takes %s", command->name,
                         command->arguments);
    if (arguments->count > command->max_arguments)
        return error_set(err, ERROR_USAGE, "too many arguments, from \"%s\" on",
                         arguments->items[command->max_arguments]);
    return 0;
}

static int flush_results(struct error **err)
{
    if (fflush(stdout) || ferror(stdout))
        return error_set_errno(err, "writing the result");
    return 0;
}

static int start(const struct command_line *line, struct error **err)
{
    const struct common_settings *common = &line->common;
    set_log_level(common);
    bool silent = common->quiet && options_origin(line->options, "progress") == OPTION_FROM_DEFAULT;
    AUTO(progress_free)
    struct progress *progress =
        progress_new(silent ? PROGRESS_NONE : (enum progress_style)common->progress);
    const struct invocation invocation = { .options = line->options,
                                           .common = common,
                                           .values = line->values,
                                           .arguments = &line->arguments,
                                           .progress = progress };
    if (cancel_start(err) || line->command->run(&invocation, err))
        return -1;
    return flush_results(err);
}

static int parse(struct command_line *line, int argc, char *argv[], struct error **err)
{
    if (options_parse(line->options, argc, argv, &line->arguments, err) ||
        check_arguments(line->command, &line->arguments, err))
        return error_wrap(err, "%s", line->command->name);
    return 0;
}

/* --help wins over every mistake beside it. */
static int run_command(const struct command *command, int argc, char *argv[], struct error **err)
{
    AUTO(command_line_free) struct command_line *line = command_line_new(command);
    AUTO(error_free) struct error *mistake = NULL;
    int parsed = parse(line, argc, argv, &mistake);
    if (line->common.help) {
        help_print_command(line, stdout);
        return flush_results(err);
    }
    if (parsed)
        return error_move(err, STEAL(mistake));
    return start(line, err);
}

/* What stands in the verb's place and is none. */
static const struct {
    const char *name;
    int (*run)(int argc, char *argv[], struct error **err);
} services[] = {
    { "--help", help_main },        { "-h", help_main },
    { "help", help_main },          { "--version", help_version },
    { "--list-verbs", help_verbs }, { "--list-options", help_options },
};

static int run(int argc, char *argv[], struct error **err)
{
    if (argc < 2) {
        help_print_overview(stderr);
        return error_set(err, ERROR_USAGE, "a verb is missing");
    }
    for (size_t i = 0; i < ARRAY_SIZE(services); i++)
        if (strcmp(argv[1], services[i].name) == 0)
            return services[i].run(argc - 1, argv + 1, err) ? -1 : flush_results(err);
    const struct command *command = command_find(argv[1]);
    return command ? run_command(command, argc - 1, argv + 1, err)
                   : help_unknown_verb(argv[1], err);
}

int main(int argc, char *argv[])
{
    prepare_process();
    const struct compat_tool *old_tool = compat_find(argv[0]);
    if (old_tool)
        return compat_main(old_tool, argc, argv);
    AUTO(error_free) struct error *error = NULL;
    if (run(argc, argv, &error) == 0)
        return 0;
    log_error("%s", error->message);
    return exit_status(error);
}
