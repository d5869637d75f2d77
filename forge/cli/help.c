/* SPDX-License-Identifier: Apache-2.0 */
/* Help, version and lists, all printed from the table of verbs. */
#include "forge/cli/help.h"
#include "forge/base/process.h"

#include <string.h>

void help_print_command(const struct command_line *line, FILE *file)
{
    const struct command *command = line->command;
    fprintf(file, "Usage: forge %s [OPTION...]%s%s\n%s.\n", command->name,
            *command->arguments ? " " : "", command->arguments, command->summary);
    options_print_help(line->options, file);
}

void help_print_overview(FILE *file)
{
    fprintf(file, "Usage: forge VERB [OPTION...] [ARGUMENT...]\n"
                  "Offline image forge: Linux disk images into EC2 instance-store bundles.\n\n"
                  "Verbs:\n");
    for (const struct command *const *command = commands; *command; command++)
        fprintf(file, "  %-11s %s\n", (*command)->name, (*command)->summary);
    fprintf(file, "\nAn IMAGE is a raw or qcow2 disk image, or a bundle's manifest.\n"
                  "forge help VERB tells more, forge --version the version.\n");
}

int help_unknown_verb(const char *name, struct error **err)
{
    const char *near = command_nearest(name);
    if (near)
        return error_set(err, ERROR_USAGE, "there is no verb \"%s\" (did you mean \"%s\"?)", name,
                         near);
    return error_set(err, ERROR_USAGE, "there is no verb \"%s\"; forge --help lists them", name);
}

/* Become man(1) if someone is looking and the page is installed; return otherwise. */
static void try_manual(const char *page)
{
    if (!isatty(STDOUT_FILENO) || !process_exists("man"))
        return;
    const char *const find[] = { "man", "-w", "1", page, NULL };
    AUTO_FREE char *where = NULL;
    int status = 0;
    if (process_run(find, ERROR_HOST, &where, &status, NULL) || status != 0)
        return;
    execlp("man", "man", "1", page, (char *)NULL);
}

/* Call PRINT with the options of the verb NAME. */
static int with_verb(const char *name, void (*print)(const struct command_line *, FILE *),
                     struct error **err)
{
    const struct command *command = command_find(name);
    if (!command)
        return help_unknown_verb(name, err);
    AUTO(command_line_free) struct command_line *line = command_line_new(command);
    print(line, stdout);
    return 0;
}

int help_main(int argc, char *argv[], struct error **err)
{
    if (argc < 2) {
        help_print_overview(stdout);
        return 0;
    }
    if (command_find(argv[1])) {
        AUTO_FREE char *page = xasprintf("forge-%s", argv[1]);
        try_manual(page);
    }
    return with_verb(argv[1], help_print_command, err);
}

int help_version(int argc, char *argv[], struct error **err)
{
    (void)argc;
    (void)argv;
    (void)err;
    printf("forge %s\n", FORGE_VERSION);
    return 0;
}

int help_verbs(int argc, char *argv[], struct error **err)
{
    (void)argc;
    (void)argv;
    (void)err;
    for (const struct command *const *command = commands; *command; command++)
        puts((*command)->name);
    return 0;
}

static void print_list(const struct command_line *line, FILE *file)
{
    options_print_list(line->options, file);
}

int help_options(int argc, char *argv[], struct error **err)
{
    if (argc < 2)
        return error_set(err, ERROR_USAGE, "--list-options: a verb is missing");
    return with_verb(argv[1], print_list, err);
}
