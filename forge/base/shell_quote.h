/* SPDX-License-Identifier: Apache-2.0 */
/* Text as one word of a POSIX shell. */
#ifndef FORGE_BASE_SHELL_QUOTE_H
#define FORGE_BASE_SHELL_QUOTE_H

#include "forge/base/strings.h"

/* TEXT in apostrophes, so that the shell takes every byte as it is; owned. */
char *shell_quote(const char *text);

/* The command ARGV, words that need no quotes bare; owned. */
char *shell_command(const struct string_list *argv);

#endif
