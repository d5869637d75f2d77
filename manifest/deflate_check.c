/* SPDX-License-Identifier: Apache-2.0 */
/* The check of every compressed block, by a decompressor that shares nothing with who made it. */
#include "manifest/deflate_check.h"
#include "forge/base/memory.h"
#include "manifest/deflate_walk.h"

#include <string.h>

struct deflate_check {
    struct piece_inflater *inflater;
    unsigned char *output;
    size_t room;
};

struct deflate_check *deflate_check_new(struct error **err)
{
    AUTO(deflate_check_free) struct deflate_check *check = NEW(struct deflate_check);
    check->inflater = piece_inflater_new(err);
    return check->inflater ? STEAL(check) : NULL;
}

void deflate_check_free(struct deflate_check *check)
{
    if (!check)
        return;
    piece_inflater_free(check->inflater);
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
    if (piece_inflate(check->inflater, stream, length, check->output, count) != count ||
        memcmp(check->output, expected, count) != 0)
        return deflate_mismatch(err);
    return 0;
}
