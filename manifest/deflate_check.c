/* SPDX-License-Identifier: Apache-2.0 */
/* The check of every compressed block: by libdeflate where it is there, else by zlib. */
#include "manifest/deflate_check.h"
#include "forge/base/memory.h"
#include "manifest/deflate_walk.h"

#include <string.h>

#ifdef HAVE_LIBDEFLATE
#include <libdeflate.h>

struct deflate_check {
    struct libdeflate_decompressor *inflater;
    unsigned char *output;
    size_t room;
};

struct deflate_check *deflate_check_new(struct error **err)
{
    struct deflate_check *check = NEW(struct deflate_check);
    check->inflater = libdeflate_alloc_decompressor();
    if (check->inflater)
        return check;
    free(check);
    error_set(err, ERROR_FAILED, "no memory to decompress");
    return NULL;
}

void deflate_check_free(struct deflate_check *check)
{
    if (!check)
        return;
    libdeflate_free_decompressor(check->inflater);
    free(check->output);
    free(check);
}

int deflate_check_run(struct deflate_check *check, unsigned char *stream, size_t length,
                      const void *expected, size_t count, struct error **err)
{
    if (check->room < count) {
        check->output = xrealloc(check->output, count, 1);
        check->room = count;
    }
    memcpy(stream + length, "\x03\x00", DEFLATE_CHECK_ROOM); /* an empty final block */
    size_t used = 0, came = 0;
    enum libdeflate_result result = libdeflate_deflate_decompress_ex(
        check->inflater, stream, length + DEFLATE_CHECK_ROOM, check->output, count, &used, &came);
    if (result != LIBDEFLATE_SUCCESS || used != length + DEFLATE_CHECK_ROOM || came != count ||
        memcmp(check->output, expected, count) != 0)
        return deflate_mismatch(err);
    return 0;
}
#else

struct deflate_check {
    struct deflate_walk *walk;
};

struct deflate_check *deflate_check_new(struct error **err)
{
    struct deflate_check *check = NEW(struct deflate_check);
    check->walk = deflate_walk_new(err);
    if (check->walk)
        return check;
    free(check);
    return NULL;
}

void deflate_check_free(struct deflate_check *check)
{
    if (!check)
        return;
    deflate_walk_free(check->walk);
    free(check);
}

int deflate_check_run(struct deflate_check *check, unsigned char *stream, size_t length,
                      const void *expected, size_t count, struct error **err)
{
    struct deflate_blocks blocks;
    if (deflate_walk_run(check->walk, stream, length, expected, count, &blocks, err))
        return -1;
    return blocks.final ? deflate_mismatch(err) : 0;
}
#endif
