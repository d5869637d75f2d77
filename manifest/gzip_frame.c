/* SPDX-License-Identifier: Apache-2.0 */
/* A gzip member around pieces of deflate (RFC 1952). */
#include "manifest/gzip_frame.h"

#include <zlib.h>

int gzip_frame_begin(struct gzip_frame *frame, struct sink *sink, struct error **err)
{
    /* Deflate, no flags, no time, "slowest" and Unix: what `gzip -9` of a pipe writes. */
    static const unsigned char header[] = { 0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 3 };
    *frame = (struct gzip_frame){ .sink = sink };
    return sink_write(sink, header, sizeof(header), err);
}

int gzip_frame_add(struct gzip_frame *frame, const void *piece, size_t length, uint32_t crc,
                   uint64_t count, struct error **err)
{
    frame->crc = (uint32_t)crc32_combine(frame->crc, crc, (z_off_t)count);
    frame->size += count;
    return sink_write(frame->sink, piece, length, err);
}

static void put_le32(unsigned char *to, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        to[i] = (unsigned char)(value >> (8 * i));
}

int gzip_frame_end(struct gzip_frame *frame, struct error **err)
{
    /* A final block of fixed Huffman codes that holds only the end-of-block code. */
    unsigned char trailer[10] = { 0x03, 0x00 };
    put_le32(trailer + 2, frame->crc);
    put_le32(trailer + 6, (uint32_t)frame->size);
    return sink_write(frame->sink, trailer, sizeof(trailer), err);
}
