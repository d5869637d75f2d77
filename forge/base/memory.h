/* SPDX-License-Identifier: Apache-2.0 */
/* Small allocations: when one fails the program ends with one sentence and no output left. */
#ifndef FORGE_BASE_MEMORY_H
#define FORGE_BASE_MEMORY_H

#include "forge/base/error.h"

#include <stdbool.h>
#include <stddef.h>

/* All of these return owned memory and never NULL. */
void *xcalloc(size_t count, size_t size);
void *xrealloc(void *pointer, size_t count, size_t size); /* COUNT * SIZE is checked */
char *xstrdup(const char *text);                          /* NULL gives NULL */
char *xstrndup(const char *text, size_t length);
char *xasprintf(const char *format, ...) PRINTF_LIKE(1, 2);
char *xvasprintf(const char *format, va_list args) PRINTF_LIKE(1, 0);

/* Are all COUNT bytes zero? At the speed of memcmp(3). */
bool is_all_zero(const void *bytes, size_t count);

#define NEW(type) ((type *)xcalloc(1, sizeof(type)))

#endif
