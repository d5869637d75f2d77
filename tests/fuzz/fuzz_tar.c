/* SPDX-License-Identifier: Apache-2.0 */
/* Tar streams: every run of data lies within the file, behind the one before. */
#include "manifest/tar_reader.h"
#include "tests/fuzz/memory_source.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct memory_source memory = memory_source_of(data, size);
    AUTO(error_free) struct error *err = NULL;
    AUTO(tar_reader_close) struct tar_reader *reader = tar_reader_open(&memory.source, &err);
    if (!reader)
        return 0;
    const unsigned char *bytes;
    size_t count;
    int64_t offset, position = 0;
    unsigned sum = 0;
    while (tar_reader_next(reader, (const void **)&bytes, &count, &offset, &err) > 0) {
        if (offset < position || offset + (int64_t)count > tar_reader_size(reader))
            abort();
        position = offset + (int64_t)count;
        for (size_t i = 0; i < count; i++)
            sum += bytes[i]; /* all of it can be read */
    }
    return sum == 1 ? -1 : 0; /* uses the sum */
}
