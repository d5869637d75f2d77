/* SPDX-License-Identifier: Apache-2.0 */
/* The list of hidden texts, which lives until the program ends. */
#include "forge/base/redact.h"
#include "forge/base/strings.h"

#include <string.h>

static struct string_list hidden;

void redact_add(const char *text)
{
    if (*text && !string_list_contains(&hidden, text))
        string_list_add(&hidden, text);
}

/* The longest hidden text that TEXT begins with; its length, 0 when there is none. */
static size_t hidden_length(const char *text)
{
    size_t longest = 0;
    for (size_t i = 0; i < hidden.count; i++)
        if (starts_with(text, hidden.items[i]) && strlen(hidden.items[i]) > longest)
            longest = strlen(hidden.items[i]);
    return longest;
}

char *redact_text(const char *text)
{
    char *shown = xcalloc(3 * strlen(text) + 1, 1), *to = shown;
    while (*text) {
        size_t length = hidden_length(text);
        if (length) {
            to = stpcpy(to, "***");
            text += length;
        } else {
            *to++ = *text++;
        }
    }
    return shown;
}
