/* SPDX-License-Identifier: Apache-2.0 */
/* Reads a list of objects, line by line, and finds objects in it. */
#include "forge/join/have_list.h"
#include "forge/base/file.h"

#include <string.h>

enum { LIST_MAX = 256 << 20, MD5_DIGITS = 32 };

#define BLANKS " \t"

/* Borrowed from the list's text. */
struct entry {
    const char *key;
    const char *size; /* NULL: not said */
    const char *md5;  /* NULL: not said; may be the ETag of an upload in pieces, which is no MD5 */
    bool full;        /* the key is a whole one for sure */
};

struct have_list {
    char *text;
    struct entry *entries; /* by key */
    size_t count;
};

/* Cut the first word off *REST; NULL when there is none. */
static char *take_first(char **rest)
{
    char *word = *rest + strspn(*rest, BLANKS);
    if (!*word)
        return NULL;
    char *end = word + strcspn(word, BLANKS);
    *rest = end;
    if (*end) {
        *end = '\0';
        *rest = end + 1 + strspn(end + 1, BLANKS);
    }
    return word;
}

static void trim_end(char *text)
{
    char *end = text + strlen(text);
    while (end > text && strchr(BLANKS, end[-1]))
        *--end = '\0';
}

/* Cut the last word off TEXT, which has no blanks at its end, before and after; NULL when it is the
 * only one. */
static char *take_last(char *text)
{
    char *blank = strpbrk(text, BLANKS);
    if (!blank)
        return NULL;
    for (char *next; (next = strpbrk(blank + 1, BLANKS));)
        blank = next;
    *blank = '\0';
    trim_end(text);
    return blank + 1;
}

/* PATTERN has 9 for any digit. */
static bool looks_like(const char *text, const char *pattern)
{
    for (; *pattern; text++, pattern++)
        if (*pattern == '9' ? *text < '0' || *text > '9' : *text != *pattern)
            return false;
    return true;
}

static bool is_number(const char *text)
{
    return *text && text[strspn(text, "0123456789")] == '\0';
}

/* An MD5, or an ETag that begins like one. */
static bool is_etag(const char *text)
{
    size_t digits = strspn(text, "0123456789abcdefABCDEF");
    return digits == MD5_DIGITS && (!text[digits] || text[digits] == '-');
}

/* DATE TIME SIZE [MD5] KEY; an MD5 is only one when a key follows. */
static bool parse_listing(char *line, struct entry *entry)
{
    char *rest = line;
    take_first(&rest);
    take_first(&rest);
    entry->size = take_first(&rest);
    if (!entry->size || !is_number(entry->size))
        return false;
    size_t word = strcspn(rest, BLANKS);
    AUTO_FREE char *etag = xstrndup(rest, word);
    if (rest[word] && is_etag(etag))
        entry->md5 = take_first(&rest);
    entry->key = rest;
    return *rest != '\0';
}

/* KEY, or KEY SIZE MD5. */
static bool parse_key(char *line, struct entry *entry)
{
    AUTO_FREE char *copy = xstrdup(line);
    const char *md5 = take_last(copy);
    const char *size = md5 ? take_last(copy) : NULL;
    if (size && is_etag(md5) && is_number(size)) {
        entry->md5 = take_last(line);
        entry->size = take_last(line);
    }
    entry->key = line;
    return *line != '\0';
}

static bool parse_line(char *line, struct entry *entry)
{
    *entry = (struct entry){ 0 };
    line += strspn(line, BLANKS);
    trim_end(line);
    return looks_like(line, "9999-99-99 99:99") ? parse_listing(line, entry)
                                                : parse_key(line, entry);
}

/* Drop s3://BUCKET/; false for another bucket's object. */
static bool in_bucket(struct entry *entry, const char *bucket)
{
    static const char scheme[] = "s3://";
    if (!starts_with(entry->key, scheme))
        return true;
    const char *key = entry->key + strlen(scheme);
    size_t length = strlen(bucket);
    if (strncmp(key, bucket, length) != 0 || key[length] != '/')
        return false;
    entry->key = key + length + 1;
    entry->full = true;
    return true;
}

static int compare_entries(const void *a, const void *b)
{
    const struct entry *left = a, *right = b;
    return strcmp(left->key, right->key);
}

static void parse(struct have_list *list, const char *bucket)
{
    size_t lines = 1;
    for (const char *at = list->text; (at = strchr(at, '\n')); at++)
        lines++;
    list->entries = xcalloc(lines, sizeof(*list->entries));
    char *rest = list->text, *line;
    while ((line = strsep(&rest, "\n"))) {
        line[strcspn(line, "\r")] = '\0';
        struct entry *entry = &list->entries[list->count];
        if (parse_line(line, entry) && in_bucket(entry, bucket))
            list->count++;
    }
    qsort(list->entries, list->count, sizeof(*list->entries), compare_entries);
}

struct have_list *have_list_read(const char *path, const char *bucket, struct error **err)
{
    size_t length;
    AUTO_FREE char *text =
        file_read(strcmp(path, "-") == 0 ? "/dev/stdin" : path, LIST_MAX, &length, err);
    if (!text)
        return NULL;
    if (memchr(text, '\0', length)) {
        error_set(err, ERROR_INVALID, "%s is not a list of objects", path);
        return NULL;
    }
    struct have_list *list = NEW(struct have_list);
    list->text = STEAL(text);
    parse(list, bucket);
    return list;
}

static bool agrees(const struct entry *entry, const struct plan_object *object)
{
    int64_t size;
    if (entry->size && (!parse_integer(entry->size, 0, INT64_MAX, &size) || size != object->size))
        return false;
    return !entry->md5 || strcasecmp(entry->md5, object->md5) == 0;
}

static const struct entry *find(const struct have_list *list, const char *key)
{
    const struct entry wanted = { .key = key };
    return bsearch(&wanted, list->entries, list->count, sizeof(wanted), compare_entries);
}

bool have_list_has(const struct have_list *list, const struct plan_object *object)
{
    const struct entry *by_key = find(list, object->key), *by_name = find(list, object->name);
    return (by_key && agrees(by_key, object)) ||
           (by_name && !by_name->full && agrees(by_name, object));
}

void have_list_free(struct have_list *list)
{
    if (!list)
        return;
    free(list->entries);
    free(list->text);
    free(list);
}
