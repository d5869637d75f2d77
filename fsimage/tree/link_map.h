/* SPDX-License-Identifier: Apache-2.0 */
/* The first names of files that have several: by a number or by the name itself. */
#ifndef FORGE_FSIMAGE_TREE_LINK_MAP_H
#define FORGE_FSIMAGE_TREE_LINK_MAP_H

#include <stdbool.h>
#include <stdint.h>

/* A file with several names. */
struct link {
    uint64_t device, number; /* what it is called where it comes from */
    char *path;              /* its first name; owned */
    uint32_t inode, count;   /* for the writer: where it went, under how many names */
    unsigned type;           /* for the writer: EXT2_FT_* */
};

/* {0} is the empty map. */
struct link_map {
    void *root;
    bool by_path; /* the key is PATH, else DEVICE with NUMBER */
};

/* The link with KEY's key, or NULL. Borrowed. */
struct link *link_map_find(const struct link_map *map, const struct link *key);

/* Add a copy of LINK, its path included; borrowed. LINK's key must not be there. */
struct link *link_map_add(struct link_map *map, const struct link *link);

/* VISIT each, in the order of the keys, until it returns non-zero; that is the result. */
int link_map_each(const struct link_map *map, int (*visit)(void *opaque, struct link *link),
                  void *opaque);

void link_map_clear(struct link_map *map);

#endif
