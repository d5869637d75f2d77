/* SPDX-License-Identifier: Apache-2.0 */
/* The header is zlib's to read: with Z_BLOCK it stops right behind it. */
#include "manifest/gzip_header.h"

#include <stdbool.h>
#include <stdint.h>
#include <zlib.h>

ssize_t gzip_header_length(const unsigned char *bytes, size_t count, struct error **err)
{
    enum { GZIP_ONLY = 16, AT_BLOCK_END = 128 }; /* zlib.h: inflateInit2, inflate */
    z_stream stream = { .next_in = (Bytef *)bytes,
                        .avail_in = count < INT32_MAX ? (uInt)count : INT32_MAX };
    if (inflateInit2(&stream, MAX_WBITS + GZIP_ONLY) != Z_OK)
        return error_set(err, ERROR_FAILED, "zlib cannot decompress");
    unsigned char nothing;
    stream.next_out = &nothing;
    stream.avail_out = sizeof(nothing);
    int status = inflate(&stream, Z_BLOCK);
    bool at_end = stream.data_type & AT_BLOCK_END;
    ssize_t length = (ssize_t)stream.total_in;
    inflateEnd(&stream);
    if (status != Z_OK && status != Z_BUF_ERROR)
        return error_set(err, ERROR_MISMATCH,
                         "the decrypted stream is not gzip: the bundle is damaged");
    return at_end ? length : 0;
}
