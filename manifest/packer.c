/* SPDX-License-Identifier: Apache-2.0 */
/* The table of packers, and how a whole deflate stream becomes a piece of a longer one. */
#include "manifest/packer.h"
#include "forge/base/strings.h"
#include "manifest/deflate_check.h"
#include "manifest/deflate_last.h"

#include <string.h>

const struct packer_kind *const packer_kinds[] = {
#ifdef HAVE_LIBDEFLATE
    &packer_deflate,
#endif
    &packer_zlib,
#ifdef HAVE_ISAL
    &packer_isal,
#endif
    NULL,
};

struct packer {
    const struct packer_kind *kind;
    void *state;
    struct deflate_last *last;
    struct deflate_walk *walk;
    struct deflate_check *check;
    struct packer_stages stages;
};

/* Up to one byte that completes the header of an empty stored block, then its two lengths; and what
 * the check wants behind all. */
enum { JOINT_MAX = 5, SPARE = JOINT_MAX + DEFLATE_CHECK_ROOM };

const struct packer_kind *packer_find(const char *name, int level)
{
#ifdef HAVE_ISAL
    if (!name && level == PACKER_LEVEL_FAST)
        return &packer_isal;
#endif
    for (size_t i = 0; packer_kinds[i]; i++)
        if (!name || strcmp(name, packer_kinds[i]->name) == 0)
            return packer_kinds[i];
    return NULL;
}

char *packer_level_name(int level)
{
    return level == PACKER_LEVEL_FAST ? xstrdup("fast") : xasprintf("%d", level);
}

static int level_for(const struct packer_kind *kind, int level)
{
    if (level == PACKER_LEVEL_FAST)
        return kind->fast_level;
    return level < kind->max_level ? level : kind->max_level;
}

struct packer *packer_new(const struct packer_kind *kind, int level, struct error **err)
{
    AUTO(packer_free) struct packer *packer = NEW(struct packer);
    packer->kind = kind;
    packer->state = kind->open(level_for(kind, level), err);
    if (!packer->state || !(packer->last = deflate_last_new(err)) ||
        !(packer->walk = deflate_walk_new(err)) || !(packer->check = deflate_check_new(err)))
        return NULL;
    return STEAL(packer);
}

void packer_free(struct packer *packer)
{
    if (!packer)
        return;
    if (packer->state)
        packer->kind->close(packer->state);
    deflate_last_free(packer->last);
    deflate_walk_free(packer->walk);
    deflate_check_free(packer->check);
    free(packer);
}

size_t packer_bound(struct packer *packer, size_t count)
{
    return packer->kind->bound(packer->state, count) + SPARE;
}

const struct packer_stages *packer_stages(const struct packer *packer)
{
    return &packer->stages;
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

/* Deflate IN and open the end at the last block, as guessed or as found by a walk: the length, or 0
 * on failure. */
static size_t deflate_open(struct packer *packer, const void *in, size_t count, void *out,
                           size_t room, bool guess, struct error **err)
{
    const struct packer_kind *kind = packer->kind;
    size_t length = room < SPARE ? 0 : kind->pack(packer->state, in, count, out, room - SPARE);
    if (!length) {
        error_set(err, ERROR_FAILED, "%s could not compress a block", kind->name);
        return 0;
    }
    if (!kind->final)
        return length;
    struct deflate_blocks blocks = { 0 };
    if ((!guess || !deflate_last_find(packer->last, out, length, &blocks)) &&
        deflate_walk_run(packer->walk, out, length, in, count, &blocks, err))
        return 0;
    if (blocks.final)
        return open_end(out, length, &blocks);
    error_set(err, ERROR_FAILED, "%s made a stream without an end", kind->name);
    return 0;
}

int packer_pack(struct packer *packer, const void *in, size_t count, void *out, size_t room,
                size_t *written, uint32_t *crc, struct error **err)
{
    struct packer_stages *stages = &packer->stages;
    int64_t clock = stage_clock();
    size_t length = deflate_open(packer, in, count, out, room, true, err);
    stage_lap(&stages->deflate, &clock, (int64_t)count);
    if (!length)
        return -1;
    /* A guess that was wrong shows here: then the end is found the long way. */
    bool guessed = packer->kind->final;
    if (deflate_check_run(packer->check, out, length, in, count, guessed ? NULL : err)) {
        if (!guessed || !(length = deflate_open(packer, in, count, out, room, false, err)) ||
            deflate_check_run(packer->check, out, length, in, count, err))
            return -1;
    }
    stage_lap(&stages->check, &clock, (int64_t)count);
    *written = length;
    *crc = packer->kind->crc32(0, in, count);
    stage_lap(&stages->crc, &clock, (int64_t)count);
    return 0;
}
