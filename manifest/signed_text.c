/* SPDX-License-Identifier: Apache-2.0 */
/* Cutting the signed elements out of a manifest's raw bytes. */
#include "manifest/signed_text.h"

#include <string.h>

struct piece {
    const char *start;
    size_t length;
};

/* From the first OPEN to the end of the first CLOSE; empty when either is missing or they come the
 * other way round. */
static struct piece cut(const char *text, size_t length, const char *open, const char *close)
{
    const char *start = memmem(text, length, open, strlen(open));
    const char *end = memmem(text, length, close, strlen(close));
    if (!start || !end || end < start)
        return (struct piece){ 0 };
    return (struct piece){ start, (size_t)(end - start) + strlen(close) };
}

char *signed_text_cut(const char *text, size_t length, enum manifest_version version,
                      size_t *signed_length)
{
    struct piece machine = { 0 };
    if (version != MANIFEST_3)
        machine = cut(text, length, "<machine_configuration>", "</machine_configuration>");
    struct piece image = cut(text, length, "<image>", "</image>");
    if (!image.length)
        return NULL;
    *signed_length = machine.length + image.length;
    char *joined = xcalloc(*signed_length + 1, 1);
    if (machine.length)
        memcpy(joined, machine.start, machine.length);
    memcpy(joined + machine.length, image.start, image.length);
    return joined;
}
