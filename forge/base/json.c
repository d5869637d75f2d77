/* SPDX-License-Identifier: Apache-2.0 */
/* JSON text from bytes that may be no UTF-8, and documents on a stream. */
#include "forge/base/json.h"
#include "forge/base/memory.h"

#include <string.h>

/* Bytes TEXT starts with that are one UTF-8 character, 0 if they are none (RFC 3629, table 3-7 of
 * the Unicode standard: no overlong forms, no surrogates, nothing above U+10FFFF). */
static size_t utf8_length(const unsigned char *text)
{
    unsigned char lead = text[0], low = 0x80, high = 0xbf;
    size_t more;
    if (lead < 0x80)
        return 1;
    if (lead >= 0xc2 && lead <= 0xdf) {
        more = 1;
    } else if (lead >= 0xe0 && lead <= 0xef) {
        more = 2;
        low = lead == 0xe0 ? 0xa0 : low;
        high = lead == 0xed ? 0x9f : high;
    } else if (lead >= 0xf0 && lead <= 0xf4) {
        more = 3;
        low = lead == 0xf0 ? 0x90 : low;
        high = lead == 0xf4 ? 0x8f : high;
    } else {
        return 0;
    }
    for (size_t i = 1; i <= more; i++) {
        if (text[i] < low || text[i] > high)
            return 0;
        low = 0x80;
        high = 0xbf;
    }
    return more + 1;
}

json_t *json_text(const char *text)
{
    if (!text)
        return json_null();
    json_t *value = json_string(text);
    if (value)
        return value;
    AUTO_FREE char *clean = xcalloc(strlen(text), 3); /* each byte becomes at most U+FFFD */
    char *to = clean;
    for (const unsigned char *from = (const unsigned char *)text; *from;) {
        size_t length = utf8_length(from);
        if (length) {
            memcpy(to, from, length);
            to += length;
            from += length;
        } else {
            memcpy(to, "\xef\xbf\xbd", 3);
            to += 3;
            from++;
        }
    }
    return json_stringn(clean, (size_t)(to - clean));
}

int json_print(const json_t *value, FILE *file, struct error **err)
{
    if (json_dumpf(value, file, JSON_INDENT(2) | JSON_PRESERVE_ORDER) || fputc('\n', file) == EOF ||
        fflush(file))
        return error_set_errno(err, "writing JSON");
    return 0;
}
