/* SPDX-License-Identifier: Apache-2.0 */
/* The table of packers, and how a whole deflate stream becomes a piece of a longer one. */
#include "manifest/packer.h"
#include "forge/base/memory.h"
#include "manifest/deflate_walk.h"

#include <string.h>

const struct packer_kind *const packer_kinds[] = {
#ifdef HAVE_LIBDEFLATE
    &packer_deflate,
#endif
    &packer_zlib,
    NULL,
};

struct packer {
    const struct packer_kind *kind;
    void *state;
    struct deflate_walk *walk;
};

/* Up to one byte that completes the header of an empty stored block, then its two lengths. */
enum { JOINT_MAX = 5 };

const struct packer_kind *packer_find(const char *name)
{
    for (size_t i = 0; packer_kinds[i]; i++) {
        if (!name || strcmp(name, packer_kinds[i]->name) == 0)
            return packer_kinds[i];
    }
    return NULL;
}

struct packer *packer_new(const struct packer_kind *kind, int level, struct error **err)
{
    AUTO(packer_free) struct packer *packer = NEW(struct packer);
    packer->kind = kind;
    packer->state = kind->open(level < kind->max_level ? level : kind->max_level, err);
    if (!packer->state || !(packer->walk = deflate_walk_new(err)))
        return NULL;
    return STEAL(packer);
}

void packer_free(struct packer *packer)
{
    if (!packer)
        return;
    if (packer->state)
        packer->kind->close(packer->state);
    deflate_walk_free(packer->walk);
    free(packer);
}

size_t packer_bound(struct packer *packer, size_t count)
{
    return packer->kind->bound(packer->state, count) + JOINT_MAX;
}

/* Take the final mark away and end at a byte by an empty stored block (RFC 1951, 3.2.4): three
 * zero bits, zeros to the next byte, LEN 0, NLEN its complement. */
static size_t open_end(unsigned char *stream, size_t length, const struct deflate_blocks *blocks)
{
    stream[blocks->last_header / 8] &= (unsigned char)~(1u << (blocks->last_header % 8));
    size_t spare = 8 * length - blocks->end;
    stream[length - 1] &= (unsigned char)(0xff >> spare);
    if (spare < 3)
        stream[length++] = 0;
    memcpy(stream + length, "\x00\x00\xff\xff", 4);
    return length + 4;
}

int packer_pack(struct packer *packer, const void *in, size_t count, void *out, size_t room,
                size_t *written, uint32_t *crc, struct error **err)
{
    const struct packer_kind *kind = packer->kind;
    size_t length = room < JOINT_MAX ? 0
                                     : kind->pack(packer->state, in, count, out, room - JOINT_MAX);
    if (!length)
        return error_set(err, ERROR_FAILED, "%s could not compress a block", kind->name);
    struct deflate_blocks blocks;
    if (deflate_walk_run(packer->walk, out, length, in, count, &blocks, err))
        return -1;
    *written = blocks.final ? open_end(out, length, &blocks) : length;
    *crc = kind->crc32(0, in, count);
    return 0;
}
