/* SPDX-License-Identifier: Apache-2.0 */
/* Text: lists of strings, hexadecimal, sizes and numbers as people write them. */
#ifndef FORGE_BASE_STRINGS_H
#define FORGE_BASE_STRINGS_H

#include "forge/base/error.h"
#include "forge/base/memory.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Owned strings; {0} is the empty list. ITEMS is NULL-terminated when COUNT > 0. */
struct string_list {
    char **items;
    size_t count;
};

void string_list_add(struct string_list *list, const char *item); /* copies */
void string_list_take(struct string_list *list, char *item);      /* takes */
/* Split TEXT at each SEPARATOR, trim blanks, drop empty items, append the rest. */
void string_list_split(struct string_list *list, const char *text, char separator);
/* The items with SEPARATOR between them; owned. */
char *string_list_join(const struct string_list *list, const char *separator);
void string_list_copy(struct string_list *to, const struct string_list *from);
bool string_list_contains(const struct string_list *list, const char *item);
/* LIST in strcmp's order, for looking an ITEM up where there may be many. */
void string_list_sort(struct string_list *list);
bool string_list_contains_sorted(const struct string_list *list, const char *item);
void string_list_clear(struct string_list *list);
#define AUTO_STRINGS __attribute__((cleanup(string_list_clear)))

/* Lower-case hexadecimal of COUNT bytes; owned. */
char *hex_encode(const void *bytes, size_t count);

/* Decode exactly 2 * COUNT digits (either case) into BYTES: false when TEXT is anything else. */
bool hex_decode(const char *text, void *bytes, size_t count);
bool is_hex(const char *text, size_t digits); /* lower-case digits only, exactly so many */

/* A whole number in decimal within MIN..MAX, nothing around it. */
bool parse_integer(const char *text, int64_t min, int64_t max, int64_t *value);

/* "10M", "10MiB", "512k", "1G", "4096": powers of 1024, not negative. */
bool parse_size(const char *text, int64_t *bytes);

/* "1.5 GiB"; owned. */
char *format_size(int64_t bytes);

/* TEXT with every WHAT, which is not empty, replaced by WITH; owned. */
char *text_replace(const char *text, const char *what, const char *with);

bool starts_with(const char *text, const char *prefix);
bool ends_with(const char *text, const char *suffix);
const char *path_basename(const char *path);        /* borrowed, what follows the last slash */
char *path_dirname(const char *path);               /* owned; "." when there is no slash */
char *path_join(const char *dir, const char *name); /* owned; NAME alone when it is absolute */

/* The entry of NAMES (NULL-terminated) nearest to WORD, or NULL when none is near. Borrowed. */
const char *nearest_name(const char *word, const char *const names[]);

#endif
