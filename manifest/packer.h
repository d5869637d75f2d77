/* SPDX-License-Identifier: Apache-2.0 */
/* Packers turn a block of bytes into a piece of a deflate stream that depends on nothing before. */
#ifndef FORGE_MANIFEST_PACKER_H
#define FORGE_MANIFEST_PACKER_H

#include "forge/base/error.h"
#include "forge/base/stage.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* 1 to 12, and a level of its own for speed above all. */
enum { PACKER_LEVEL_FAST = -1, PACKER_LEVEL_DEFAULT = 6, PACKER_LEVEL_MAX = 12 };

/* One row of the table: a way to deflate. */
struct packer_kind {
    const char *name;
    const char *library; /* its name and version: another one may compress to other bytes */
    int fast_level;      /* the one of its own for PACKER_LEVEL_FAST */
    int max_level;       /* higher ones mean this one */
    bool final;          /* a stream of pack ends with a final block, else at a byte with none */
    /* State for blocks of up to COUNT bytes; NULL and an error when there is no memory. */
    void *(*open)(int level, struct error **err);
    void (*close)(void *state);
    /* Room that pack needs for COUNT bytes. */
    size_t (*bound)(void *state, size_t count);
    /* Deflate COUNT bytes into OUT: how many came, 0 on failure. */
    size_t (*pack)(void *state, const void *in, size_t count, void *out, size_t room);
    uint32_t (*crc32)(uint32_t crc, const void *bytes, size_t count);
};

/* The best first; NULL-terminated. */
extern const struct packer_kind *const packer_kinds[];
extern const struct packer_kind packer_zlib;    /* always there: the reference */
extern const struct packer_kind packer_deflate; /* libdeflate: where the build found it */
extern const struct packer_kind packer_isal;    /* ISA-L: the same; for PACKER_LEVEL_FAST only */

/* The kind of that NAME, or when it is NULL the best for LEVEL; NULL when this build has none such.
 */
const struct packer_kind *packer_find(const char *name, int level);

/* "fast", or the number; owned. */
char *packer_level_name(int level);

/* A packer belongs to one thread at a time. */
struct packer;
MUST_CHECK struct packer *packer_new(const struct packer_kind *kind, int level, struct error **err);
void packer_free(struct packer *packer);
DEFINE_CLEANUP(struct packer *, packer_free)

/* Room that packer_pack needs for a block of COUNT bytes. */
size_t packer_bound(struct packer *packer, size_t count);

/* What a packer spends its time on. */
struct packer_stages {
    struct stage deflate, check, crc;
};

/* Deflate the COUNT bytes (> 0) at IN into OUT, ROOM bytes: blocks without the final one, ending
 * at a byte, so that pieces can be joined to one stream. What came out has been inflated again and
 * compared with IN. *CRC receives the CRC-32 of IN. */
MUST_CHECK int packer_pack(struct packer *packer, const void *in, size_t count, void *out,
                           size_t room, size_t *written, uint32_t *crc, struct error **err);

/* What PACKER has done so far. Borrowed. */
const struct packer_stages *packer_stages(const struct packer *packer);

#endif
