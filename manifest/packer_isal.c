/* SPDX-License-Identifier: Apache-2.0 */
/* The packer for speed above all: ISA-L, whose full flush ends a piece at a byte by itself. */
#ifdef HAVE_ISAL
#include "forge/base/memory.h"
#include "manifest/packer.h"

#include <isa-l.h>

#define TEXT(number)   #number
#define DOTTED(number) TEXT(number)
#define VERSION                                                                                    \
    DOTTED(ISAL_MAJOR_VERSION) "." DOTTED(ISAL_MINOR_VERSION) "." DOTTED(ISAL_PATCH_VERSION)

enum { LEVEL = 2 };

struct isal {
    struct isal_zstream stream;
    /* The medium size: smaller blocks with codes of their own win what the time costs. */
    unsigned char level_buffer[ISAL_DEF_LVL2_MEDIUM];
};

static void *isal_open(int level, struct error **err)
{
    (void)level;
    (void)err;
    return NEW(struct isal);
}

static size_t isal_bound(void *state, size_t count)
{
    /* What does not compress is stored, in blocks of up to 65535 bytes; generously rounded up. */
    enum { STORED_HEADER = 5, BLOCK = 16 << 10, ENDS = 256 };
    (void)state;
    return count + STORED_HEADER * (count / BLOCK + 1) + ENDS;
}

static size_t isal_pack(void *state, const void *in, size_t count, void *out, size_t room)
{
    struct isal *isal = state;
    struct isal_zstream *stream = &isal->stream;
    if (count > UINT32_MAX || room > UINT32_MAX)
        return 0;
    isal_deflate_init(stream);
    stream->level = LEVEL;
    stream->level_buf = isal->level_buffer;
    stream->level_buf_size = sizeof(isal->level_buffer);
    stream->flush = FULL_FLUSH;
    stream->next_in = (uint8_t *)in;
    stream->avail_in = (uint32_t)count;
    stream->next_out = out;
    stream->avail_out = (uint32_t)room;
    int status = isal_deflate(stream);
    /* A flush that filled the room to the last byte may not be complete. */
    return status == COMP_OK && !stream->avail_in && stream->avail_out ? room - stream->avail_out
                                                                       : 0;
}

static uint32_t isal_crc32(uint32_t crc, const void *bytes, size_t count)
{
    return crc32_gzip_refl(crc, bytes, count);
}

const struct packer_kind packer_isal = {
    .name = "isal",
    .library = "ISA-L " VERSION,
    .fast_level = LEVEL,
    .max_level = LEVEL,
    .open = isal_open,
    .close = free,
    .bound = isal_bound,
    .pack = isal_pack,
    .crc32 = isal_crc32,
};
#else
typedef int packer_isal_is_not_built; /* ISO C wants a declaration in every file */
#endif
