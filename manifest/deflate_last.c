/* SPDX-License-Identifier: Apache-2.0 */
/* Backwards over the bits of a stream, from candidate to candidate for its last block.
 *
 * A block with Huffman codes of its own begins with a table whose lengths must form a complete
 * code, which chance bits hardly ever do: what passes that test is inflated to the end by zlib. A
 * stored block has its length and the complement of it behind a byte boundary. The third kind, with
 * the fixed codes, has nothing to be known by and is rare at the end of a long stream. */
#include "manifest/deflate_last.h"
#include "forge/base/memory.h"

#include <endian.h>
#include <stdint.h>
#include <string.h>
#include <zlib.h>

enum {
    WINDOW = 32 << 10,
    STORED_MAX = 65535,
    TRIES_MAX =
        64, /* chance passes the first test once in thousands of bits; content may be made to */
    UNUSED_BITS = 7, /* of zlib's data_type */
    AT_BLOCK_END = 128,
};

struct deflate_last {
    z_stream stream;
    unsigned char window[WINDOW]; /* what matches reach back to; its bytes do not matter */
    unsigned char output[WINDOW];
    uint8_t weights[1 << 12]; /* of four code lengths: their shares of a complete code, in 1/128 */
};

struct deflate_last *deflate_last_new(struct error **err)
{
    struct deflate_last *last = NEW(struct deflate_last);
    if (inflateInit2(&last->stream, -MAX_WBITS) != Z_OK) {
        free(last);
        error_set(err, ERROR_FAILED, "zlib could not start to inflate");
        return NULL;
    }
    for (unsigned four = 0; four < sizeof(last->weights); four++) {
        unsigned sum = 0;
        for (unsigned i = 0; i < 4; i++) {
            unsigned bits = four >> (3 * i) & 7;
            sum += bits ? 128u >> bits : 0;
        }
        last->weights[four] = (uint8_t)(sum < UINT8_MAX ? sum : UINT8_MAX);
    }
    return last;
}

void deflate_last_free(struct deflate_last *last)
{
    if (!last)
        return;
    inflateEnd(&last->stream);
    free(last);
}

/* At least 57 bits from bit POSITION on; zeros behind the end. */
static uint64_t bits_at(const unsigned char *stream, size_t length, size_t position)
{
    uint64_t bits = 0;
    size_t byte = position / 8, left = length - byte;
    memcpy(&bits, stream + byte, left < sizeof(bits) ? left : sizeof(bits));
    return le64toh(bits) >> (position % 8);
}

/* Do a dynamic block's header and the lengths of its first code (RFC 1951, 3.2.7) make sense? */
static bool is_dynamic_header(const struct deflate_last *last, const unsigned char *stream,
                              size_t length, size_t position)
{
    enum { HEADER = 17, LENGTHS_MAX = 19, SYMBOLS_MAX = 29, COMPLETE = 128 };
    uint64_t bits = bits_at(stream, length, position);
    unsigned literals = bits >> 3 & 31, distances = bits >> 8 & 31, lengths = bits >> 13 & 15;
    if (literals > SYMBOLS_MAX || distances > SYMBOLS_MAX)
        return false;
    uint64_t fields = bits_at(stream, length, position + HEADER);
    /* One field of 3 bits for each of 4 to 19 lengths, at most 57 bits. */
    fields &= (UINT64_C(1) << (3 * (lengths + 4))) - 1;
    unsigned sum = 0;
    for (; fields; fields >>= 12)
        sum += last->weights[fields & 0xfff];
    return sum == COMPLETE;
}

/* Does what begins at bit POSITION inflate to exactly the stream's end? */
static bool inflates_to_end(struct deflate_last *last, const unsigned char *stream, size_t length,
                            size_t position, struct deflate_blocks *out)
{
    z_stream *z = &last->stream;
    size_t byte = (position + 7) / 8;
    int spare = (int)(8 * byte - position);
    if (inflateReset(z) != Z_OK || inflateSetDictionary(z, last->window, WINDOW) != Z_OK ||
        (spare && inflatePrime(z, spare, stream[byte - 1] >> (8 - spare)) != Z_OK))
        return false;
    z->next_in = (Bytef *)(stream + byte);
    z->avail_in = (uInt)(length - byte);
    int status;
    do {
        z->next_out = last->output;
        z->avail_out = sizeof(last->output);
        status = inflate(z, Z_BLOCK); /* data_type: zlib.h, inflate */
    } while (status == Z_OK && !(z->data_type & AT_BLOCK_END) && !z->avail_out);
    if (status != Z_OK || !(z->data_type & AT_BLOCK_END) || z->avail_in)
        return false;
    *out = (struct deflate_blocks){ .last_header = position,
                                    .end = 8 * length - (size_t)(z->data_type & UNUSED_BITS),
                                    .final = true };
    return true;
}

/* A stored block's header lies before a byte boundary, with nothing but zeros after its first bit:
 * that is the highest set bit in front of LEN, NLEN and the last LEN bytes. */
static bool find_stored(struct deflate_last *last, const unsigned char *stream, size_t length,
                        struct deflate_blocks *out)
{
    enum { LENGTHS = 4 };
    for (size_t count = 0; count <= STORED_MAX && count + LENGTHS + 1 <= length; count++) {
        const unsigned char *at = stream + length - count - LENGTHS;
        size_t stated = at[0] | (size_t)at[1] << 8, inverse = at[2] | (size_t)at[3] << 8;
        if (stated != count || inverse != (count ^ 0xffff))
            continue;
        size_t byte = (size_t)(at - stream) - 1;
        if (!stream[byte] && byte)
            byte--;
        if (!stream[byte])
            continue;
        size_t position = 8 * byte + 7 - (size_t)(__builtin_clz(stream[byte]) - 24);
        if (inflates_to_end(last, stream, length, position, out))
            return true;
    }
    return false;
}

/* Bit I of the result: at bit I begin the three that introduce a final block with own codes. */
static uint64_t dynamic_marks(uint64_t bits)
{
    return bits & ~(bits >> 1) & (bits >> 2);
}

static bool find_dynamic(struct deflate_last *last, const unsigned char *stream, size_t length,
                         struct deflate_blocks *out)
{
    enum { STEP = 6 }; /* bytes of which all bits can be tested in one word */
    int tries = 0;
    for (size_t byte = length; byte > 0;) {
        size_t step = byte < STEP ? byte : STEP;
        byte -= step;
        uint64_t marks = dynamic_marks(bits_at(stream, length, 8 * byte)) &
                         ((UINT64_C(1) << (8 * step)) - 1);
        while (marks) {
            unsigned bit = 63 - (unsigned)__builtin_clzll(marks);
            marks &= ~(UINT64_C(1) << bit);
            size_t position = 8 * byte + bit;
            if (!is_dynamic_header(last, stream, length, position))
                continue;
            if (inflates_to_end(last, stream, length, position, out))
                return true;
            if (++tries == TRIES_MAX)
                return false;
        }
    }
    return false;
}

bool deflate_last_find(struct deflate_last *last, const unsigned char *stream, size_t length,
                       struct deflate_blocks *out)
{
    return length && length <= UINT32_MAX &&
           (find_stored(last, stream, length, out) || find_dynamic(last, stream, length, out));
}
