/* SPDX-License-Identifier: Apache-2.0 */
/* Kernel and ramdisk ids of one image in many regions: a table in the shape of FORMAT.md 12. */
#ifndef FORGE_MANIFEST_ID_MAP_H
#define FORGE_MANIFEST_ID_MAP_H

#include "forge/base/error.h"

struct id_map;

/* Read the CSV file at PATH: the first row names the columns (regions, perhaps "manifest"), every
 * other row holds the ids of one image. ERROR_INVALID with the line for rows of another width. */
MUST_CHECK struct id_map *id_map_read(const char *path, struct error **err);
void id_map_free(struct id_map *map);
DEFINE_CLEANUP(struct id_map *, id_map_free)

/* The id that the image with ID in some region has in REGION; borrowed. No row, no such column and
 * an empty cell are ERROR_USAGE, saying which. */
MUST_CHECK const char *id_map_find(const struct id_map *map, const char *id, const char *region,
                                   struct error **err);

#endif
