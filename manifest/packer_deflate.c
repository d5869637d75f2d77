/* SPDX-License-Identifier: Apache-2.0 */
/* The fast packer: libdeflate, which makes whole streams only. */
#ifdef HAVE_LIBDEFLATE
#include "manifest/packer.h"

#include <libdeflate.h>

static void *deflate_open(int level, struct error **err)
{
    struct libdeflate_compressor *compressor = libdeflate_alloc_compressor(level);
    if (!compressor)
        error_set(err, ERROR_FAILED, "no memory to compress at level %d", level);
    return compressor;
}

static void deflate_close(void *state)
{
    libdeflate_free_compressor(state);
}

static size_t deflate_bound(void *state, size_t count)
{
    return libdeflate_deflate_compress_bound(state, count);
}

static size_t deflate_pack(void *state, const void *in, size_t count, void *out, size_t room)
{
    return libdeflate_deflate_compress(state, in, count, out, room);
}

const struct packer_kind packer_deflate = {
    .name = "libdeflate",
    .library = "libdeflate " LIBDEFLATE_VERSION_STRING,
    .fast_level = 1,
    .max_level = 12,
    .final = true,
    .open = deflate_open,
    .close = deflate_close,
    .bound = deflate_bound,
    .pack = deflate_pack,
    .crc32 = libdeflate_crc32,
};
#else
typedef int packer_deflate_is_not_built; /* ISO C wants a declaration in every file */
#endif
