/* SPDX-License-Identifier: Apache-2.0 */
/* What forge says about itself: overview, help of a verb, version, and lists for completion. */
#ifndef FORGE_CLI_HELP_H
#define FORGE_CLI_HELP_H

#include "forge/cli/command_line.h"

void help_print_command(const struct command_line *line, FILE *file);
void help_print_overview(FILE *file);

/* Always ERROR_USAGE, with a suggestion. */
int help_unknown_verb(const char *name, struct error **err);

/* What stands in the verb's place: ARGV[0] is that word. All print on stdout. */
MUST_CHECK int help_main(int argc, char *argv[], struct error **err);    /* help [VERB] */
MUST_CHECK int help_version(int argc, char *argv[], struct error **err); /* --version */
MUST_CHECK int help_verbs(int argc, char *argv[], struct error **err);   /* --list-verbs */
MUST_CHECK int help_options(int argc, char *argv[], struct error **err); /* --list-options VERB */

#endif
