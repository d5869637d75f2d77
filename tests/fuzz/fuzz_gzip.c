/* SPDX-License-Identifier: Apache-2.0 */
/* Compressed streams: they end, with bytes or with an error. */
#include "manifest/source_inflate.h"
#include "tests/fuzz/memory_source.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum { OUTPUT_MAX = 16 << 20 };
    struct memory_source memory = memory_source_of(data, size);
    AUTO(error_free) struct error *err = NULL;
    AUTO(source_close) struct source *inflated = source_inflate_open(&memory.source, 2, &err);
    char buffer[4096];
    ssize_t got = inflated ? 1 : 0;
    for (size_t total = 0; got > 0 && total < OUTPUT_MAX; total += (size_t)got)
        got = source_read(inflated, buffer, sizeof(buffer), &err);
    if (got < 0 && !err)
        abort();
    return 0;
}
