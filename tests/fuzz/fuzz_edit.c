/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as an edit expression and a text, a NUL between them. */
#include "forge/base/memory.h"
#include "fsimage/ops/edit_expression.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *end = memchr(data, '\0', size);
    if (!end)
        return 0;
    AUTO_FREE char *text = xstrndup((const char *)data, size);
    size_t length = size - (size_t)(end + 1 - data), result_length;
    AUTO(edit_expression_free) struct edit_expression *expression = NULL;
    struct error *err = NULL;
    if (edit_expression_compile(text, &expression, &err) == 0 && expression) {
        AUTO_FREE char *result =
            edit_expression_apply(expression, (const char *)end + 1, length, &result_length, &err);
        if (!result != (err != NULL))
            abort();
    }
    error_free(err);
    return 0;
}
