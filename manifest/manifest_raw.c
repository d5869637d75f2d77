/* SPDX-License-Identifier: Apache-2.0 */
/* A manifest's bytes, looked through before a parser sees them. */
#include "manifest/manifest_raw.h"
#include "manifest/manifest.h"

#include <string.h>

/* Does the declaration name no encoding, or one that keeps ASCII bytes what they are? The raw bytes
 * are looked through before they are parsed, and searched for the signed text. */
static bool encoding_is_known(const char *text, size_t length)
{
    static const char *const known[] = { "UTF-8", "ASCII", "US-ASCII", "ISO-8859-1" };
    const char *end = memmem(text, length, "?>", 2);
    const char *name = end ? memmem(text, (size_t)(end - text), "encoding", 8) : NULL;
    if (!name || memcmp(text, "<?xml", 5) != 0)
        return true;
    name += 8;
    while (strchr(" \t\r\n=", *name)) /* at the latest "?>" ends it */
        name++;
    for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
        size_t width = strlen(known[i]);
        if ((*name == '\'' || *name == '"') && strncasecmp(name + 1, known[i], width) == 0 &&
            name[width + 1] == *name)
            return true;
    }
    return false;
}

/* Refuse what would keep libxml2 busy for hours: it compares each attribute of a tag with all
 * others. Tags of manifests are short. */
static int check_tags(const char *text, size_t length, struct error **err)
{
    enum { TAG_MAX = 4096 };
    const char *end = text + length, *open = text;
    while (open < end && (open = memchr(open, '<', (size_t)(end - open)))) {
        const char *close = memchr(open, '>', (size_t)(end - open));
        if ((close ? close : end) - open > TAG_MAX)
            return error_set(err, ERROR_INVALID, "one of its tags has more than %d bytes", TAG_MAX);
        open++;
    }
    return 0;
}

int manifest_check_raw(const char *text, size_t length, struct error **err)
{
    static const char byte_order_mark[] = "\xef\xbb\xbf";
    if (length > MANIFEST_MAX_BYTES)
        return error_set(err, ERROR_INVALID, "it is longer than %d bytes", MANIFEST_MAX_BYTES);
    if (length >= 3 && memcmp(text, byte_order_mark, 3) == 0) {
        text += 3;
        length -= 3;
    }
    if (!length || !strchr("< \t\r\n", *text) || memchr(text, '\0', length))
        return error_set(err, ERROR_INVALID, length ? "it is not XML" : "it is empty");
    if (!encoding_is_known(text, length))
        return error_set(err, ERROR_INVALID, "it is in an encoding that no manifest uses");
    return check_tags(text, length, err);
}
