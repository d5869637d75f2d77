/* SPDX-License-Identifier: Apache-2.0 */
/* Prints results on stdout, control characters made visible. */
#include "forge/cli/report.h"
#include "forge/base/strings.h"

#include <stdio.h>
#include <string.h>

/* The length of a control character at TEXT: C0 and DEL are one byte, C1 in UTF-8 are two. */
static size_t control_length(const char *text)
{
    const unsigned char first = (unsigned char)text[0], second = (unsigned char)text[1];
    if (first < 0x20 || first == 0x7f)
        return 1;
    return first == 0xc2 && second >= 0x80 && second < 0xa0 ? 2 : 0;
}

char *printable(const char *text)
{
    char *safe = xcalloc(4 * strlen(text) + 1, 1);
    char *to = safe;
    while (*text) {
        size_t control = control_length(text);
        for (size_t i = 0; i < control; i++)
            to += sprintf(to, "\\x%02x", (unsigned char)text[i]);
        if (!control)
            *to++ = *text;
        text += control ? control : 1;
    }
    return safe;
}

void report(const char *name, const char *value)
{
    if (!value)
        return;
    AUTO_FREE char *safe = printable(value);
    printf("%-14s %s\n", name, safe);
}

void reportf(const char *name, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    AUTO_FREE char *value = xvasprintf(format, args);
    va_end(args);
    report(name, value);
}

void report_size(const char *name, long long bytes)
{
    AUTO_FREE char *text = format_size(bytes);
    if (bytes < 1024)
        report(name, text);
    else
        reportf(name, "%lld (%s)", bytes, text);
}
