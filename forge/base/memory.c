/* SPDX-License-Identifier: Apache-2.0 */
/* Small allocations that end the program when memory is exhausted. */
#include "forge/base/memory.h"

#include <stdio.h>
#include <string.h>

static void *checked(void *pointer)
{
    if (pointer)
        return pointer;
    static const char sentence[] = "forge: out of memory\n";
    if (write(STDERR_FILENO, sentence, sizeof(sentence) - 1) < 0) {
        /* nothing more can be said */
    }
    exit(1);
}

void *xcalloc(size_t count, size_t size)
{
    return checked(calloc(count ? count : 1, size ? size : 1));
}

void *xrealloc(void *pointer, size_t count, size_t size)
{
    return checked(reallocarray(pointer, count ? count : 1, size ? size : 1));
}

char *xstrdup(const char *text)
{
    return text ? checked(strdup(text)) : NULL;
}

char *xstrndup(const char *text, size_t length)
{
    return checked(strndup(text, length));
}

char *xvasprintf(const char *format, va_list args)
{
    char *text = NULL;
    if (vasprintf(&text, format, args) < 0)
        text = NULL;
    return checked(text);
}

char *xasprintf(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *text = xvasprintf(format, args);
    va_end(args);
    return text;
}

/* Comparing the bytes with themselves, shifted. */
bool is_all_zero(const void *bytes, size_t count)
{
    enum { HEAD = 16 };
    const unsigned char *at = bytes;
    for (size_t i = 0; i < count && i < HEAD; i++)
        if (at[i])
            return false;
    return count <= HEAD || memcmp(at, at + HEAD, count - HEAD) == 0;
}
