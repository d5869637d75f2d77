/* SPDX-License-Identifier: Apache-2.0 */
/* Contents are decoded here, so that the guest needs no program for it. */
#include "fsimage/ops/content.h"
#include "forge/base/base64.h"
#include "forge/base/memory.h"
#include "forge/base/strings.h"

#include <archive.h>
#include <archive_entry.h>
#include <string.h>

enum { CONTENT_MAX = 16 << 20 };

DEFINE_CLEANUP(struct archive *, archive_read_free)

static char *not_gzip(const char *why, struct error **err)
{
    error_set(err, ERROR_USAGE, "the content is not in gzip: %s", why ? why : "it is damaged");
    return NULL;
}

/* Does PACKED end as the gzip file of nothing: with a CRC and a size of 0, RFC 1952, 2.3.1? */
static bool is_of_nothing(const char *packed, size_t count)
{
    enum { LEAST = 10 + 2 + 8 }; /* header, the shortest deflated data, CRC and size */
    static const char end[8];
    return count >= LEAST && memcmp(packed + count - sizeof(end), end, sizeof(end)) == 0;
}

/* What the COUNT bytes at PACKED come to; owned. */
static char *decompress(const char *packed, size_t count, size_t *length, struct error **err)
{
    static const char magic[] = { 0x1f, (char)0x8b };
    if (count < sizeof(magic) || memcmp(packed, magic, sizeof(magic)) != 0)
        return not_gzip("it does not begin as such", err);
    AUTO(archive_read_free) struct archive *archive = archive_read_new();
    struct archive_entry *entry;
    /* One layer: a filter that is supported is found again in what it gives, the gzip file within.
     */
    if (!archive || archive_read_append_filter(archive, ARCHIVE_FILTER_GZIP) != ARCHIVE_OK ||
        archive_read_support_format_raw(archive) != ARCHIVE_OK ||
        archive_read_support_format_empty(archive) != ARCHIVE_OK ||
        archive_read_open_memory(archive, packed, count) != ARCHIVE_OK)
        return not_gzip(archive ? archive_error_string(archive) : "out of memory", err);
    *length = 0;
    int header = archive_read_next_header(archive, &entry);
    if (header == ARCHIVE_EOF) /* what is cut off early is nothing to libarchive as well */
        return is_of_nothing(packed, count) ? xcalloc(1, 1) : not_gzip(NULL, err);
    AUTO_FREE char *bytes = xcalloc(CONTENT_MAX + 1, 1);
    la_ssize_t got = header == ARCHIVE_OK ? 1 : -1;
    while (got > 0 && *length <= CONTENT_MAX) {
        got = archive_read_data(archive, bytes + *length, CONTENT_MAX + 1 - *length);
        *length += got > 0 ? (size_t)got : 0;
    }
    if (got < 0)
        return not_gzip(archive_error_string(archive), err);
    if (*length > CONTENT_MAX) {
        error_set(err, ERROR_USAGE, "the content is larger than %d MiB", CONTENT_MAX >> 20);
        return NULL;
    }
    return STEAL(bytes);
}

char *content_decode(const char *text, const char *encoding, size_t *length, struct error **err)
{
    if (!encoding) {
        *length = strlen(text);
        return xstrdup(text);
    }
    bool gzip = strcmp(encoding, "gzip+base64") == 0;
    if (!gzip && strcmp(encoding, "base64") != 0) {
        error_set(err, ERROR_USAGE, "the encoding is base64 or gzip+base64");
        return NULL;
    }
    AUTO_FREE char *bytes = base64_decode(text, length);
    if (!bytes) {
        error_set(err, ERROR_USAGE, "the content is not in base 64");
        return NULL;
    }
    return gzip ? decompress(bytes, *length, length, err) : STEAL(bytes);
}
