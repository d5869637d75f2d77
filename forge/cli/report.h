/* SPDX-License-Identifier: Apache-2.0 */
/* Results for a person: aligned lines of a name and a value that may come from anywhere. */
#ifndef FORGE_CLI_REPORT_H
#define FORGE_CLI_REPORT_H

#include "forge/base/error.h"

/* TEXT with control characters as \xNN, so that it cannot steer a terminal; owned. */
char *printable(const char *text);

/* Print NAME and VALUE on stdout; nothing when VALUE is NULL. */
void report(const char *name, const char *value);

/* The same for a formatted value. */
void reportf(const char *name, const char *format, ...) PRINTF_LIKE(2, 3);

/* The same for bytes: "4096 (4.0 KiB)". */
void report_size(const char *name, long long bytes);

#endif
