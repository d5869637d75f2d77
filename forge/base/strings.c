/* SPDX-License-Identifier: Apache-2.0 */
/* Text: lists of strings, hexadecimal, sizes and numbers as people write them. */
#include "forge/base/strings.h"

#include <ctype.h>
#include <string.h>

void string_list_take(struct string_list *list, char *item)
{
    if ((list->count & (list->count + 1)) == 0) /* 0, 1, 3, 7...: there is no room for more */
        list->items = xrealloc(list->items, 2 * list->count + 2, sizeof(*list->items));
    list->items[list->count++] = item;
    list->items[list->count] = NULL;
}

void string_list_add(struct string_list *list, const char *item)
{
    string_list_take(list, xstrdup(item));
}

void string_list_split(struct string_list *list, const char *text, char separator)
{
    while (*text) {
        const char *end = strchrnul(text, separator);
        const char *from = text, *to = end;
        while (from < to && isspace((unsigned char)*from))
            from++;
        while (to > from && isspace((unsigned char)to[-1]))
            to--;
        if (to > from)
            string_list_take(list, xstrndup(from, (size_t)(to - from)));
        text = *end ? end + 1 : end;
    }
}

char *string_list_join(const struct string_list *list, const char *separator)
{
    size_t length = 0;
    for (size_t i = 0; i < list->count; i++)
        length += strlen(list->items[i]) + strlen(separator);
    char *text = xcalloc(length + 1, 1), *to = text;
    for (size_t i = 0; i < list->count; i++)
        to = stpcpy(stpcpy(to, i ? separator : ""), list->items[i]);
    return text;
}

void string_list_copy(struct string_list *to, const struct string_list *from)
{
    for (size_t i = 0; i < from->count; i++)
        string_list_add(to, from->items[i]);
}

bool string_list_contains(const struct string_list *list, const char *item)
{
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->items[i], item) == 0)
            return true;
    return false;
}

static int compare_items(const void *left, const void *right)
{
    return strcmp(*(char *const *)left, *(char *const *)right);
}

void string_list_sort(struct string_list *list)
{
    if (list->count)
        qsort(list->items, list->count, sizeof(*list->items), compare_items);
}

bool string_list_contains_sorted(const struct string_list *list, const char *item)
{
    return list->count &&
           bsearch(&item, list->items, list->count, sizeof(*list->items), compare_items);
}

void string_list_clear(struct string_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        free(list->items[i]);
    free(list->items);
    *list = (struct string_list){ 0 };
}

char *hex_encode(const void *bytes, size_t count)
{
    static const char digits[] = "0123456789abcdef";
    char *text = xcalloc(2 * count + 1, 1);
    for (size_t i = 0; i < count; i++) {
        unsigned char byte = ((const unsigned char *)bytes)[i];
        text[2 * i] = digits[byte >> 4];
        text[2 * i + 1] = digits[byte & 15];
    }
    return text;
}

static int hex_value(char digit)
{
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    if (digit >= 'a' && digit <= 'f')
        return digit - 'a' + 10;
    if (digit >= 'A' && digit <= 'F')
        return digit - 'A' + 10;
    return -1;
}

bool hex_decode(const char *text, void *bytes, size_t count)
{
    if (strlen(text) != 2 * count)
        return false;
    for (size_t i = 0; i < count; i++) {
        int high = hex_value(text[2 * i]), low = hex_value(text[2 * i + 1]);
        if (high < 0 || low < 0)
            return false;
        ((unsigned char *)bytes)[i] = (unsigned char)(high << 4 | low);
    }
    return true;
}

bool is_hex(const char *text, size_t digits)
{
    return strlen(text) == digits && strspn(text, "0123456789abcdef") == digits;
}

bool parse_integer(const char *text, int64_t min, int64_t max, int64_t *value)
{
    const char *digits = *text == '-' ? text + 1 : text;
    if (!isdigit((unsigned char)*digits))
        return false;
    char *end;
    errno = 0;
    long long number = strtoll(text, &end, 10);
    if (errno || *end || number < min || number > max)
        return false;
    *value = number;
    return true;
}

bool parse_size(const char *text, int64_t *bytes)
{
    static const char units[] = "kMGTPE";
    size_t digits = strspn(text, "0123456789");
    AUTO_FREE char *number = xstrndup(text, digits);
    int64_t value;
    if (!parse_integer(number, 0, INT64_MAX, &value))
        return false;
    const char *unit = text + digits;
    if (*unit) {
        const char *found = strchr(units, *unit == 'K' ? 'k' : *unit);
        if (!found)
            return false;
        for (const char *step = units; step <= found; step++)
            if (__builtin_mul_overflow(value, 1024, &value))
                return false;
        unit++;
        if (strcmp(unit, "") != 0 && strcmp(unit, "iB") != 0)
            return false;
    }
    *bytes = value;
    return true;
}

char *format_size(int64_t bytes)
{
    static const char *const units[] = { "bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB" };
    double value = (double)bytes;
    size_t unit = 0;
    while (value >= 1024 && unit + 1 < ARRAY_SIZE(units)) {
        value /= 1024;
        unit++;
    }
    return unit ? xasprintf("%.1f %s", value, units[unit])
                : xasprintf("%lld %s", (long long)bytes, units[0]);
}

char *text_replace(const char *text, const char *what, const char *with)
{
    AUTO_STRINGS struct string_list pieces = { 0 };
    for (const char *found; (found = strstr(text, what)); text = found + strlen(what))
        string_list_take(&pieces, xstrndup(text, (size_t)(found - text)));
    string_list_add(&pieces, text);
    return string_list_join(&pieces, with);
}

bool starts_with(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

bool ends_with(const char *text, const char *suffix)
{
    size_t length = strlen(text), tail = strlen(suffix);
    return length >= tail && strcmp(text + length - tail, suffix) == 0;
}

const char *path_basename(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

char *path_dirname(const char *path)
{
    const char *slash = strrchr(path, '/');
    if (!slash)
        return xstrdup(".");
    return slash == path ? xstrdup("/") : xstrndup(path, (size_t)(slash - path));
}

char *path_join(const char *dir, const char *name)
{
    if (!dir || *name == '/')
        return xstrdup(name);
    return xasprintf("%s%s%s", dir, ends_with(dir, "/") ? "" : "/", name);
}

/* Levenshtein distance, of words short enough to be names. */
static size_t edit_distance(const char *a, const char *b)
{
    enum { LONGEST = 64 };
    size_t width = strlen(b);
    if (strlen(a) > LONGEST || width > LONGEST)
        return SIZE_MAX;
    size_t row[LONGEST + 1];
    for (size_t j = 0; j <= width; j++)
        row[j] = j;
    for (size_t i = 1; a[i - 1]; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= width; j++) {
            size_t above = row[j];
            size_t best = diagonal + (a[i - 1] != b[j - 1]);
            if (above + 1 < best)
                best = above + 1;
            if (row[j - 1] + 1 < best)
                best = row[j - 1] + 1;
            row[j] = best;
            diagonal = above;
        }
    }
    return row[width];
}

const char *nearest_name(const char *word, const char *const names[])
{
    const char *nearest = NULL;
    size_t best = strlen(word) / 3 + 2; /* a third of the word may be wrong */
    for (size_t i = 0; names[i]; i++) {
        size_t distance = edit_distance(word, names[i]);
        if (distance < best) {
            best = distance;
            nearest = names[i];
        }
    }
    return nearest;
}
