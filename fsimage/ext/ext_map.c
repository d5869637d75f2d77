/* SPDX-License-Identifier: Apache-2.0 */
/* A list of runs of blocks. */
#include "fsimage/ext/ext_map.h"
#include "forge/base/memory.h"

void ext_map_add(struct ext_map *map, const struct ext_run *run)
{
    if (map->count) {
        struct ext_run *last = &map->runs[map->count - 1];
        if (last->logical + last->count == run->logical &&
            last->physical + last->count == run->physical && last->unwritten == run->unwritten) {
            last->count += run->count;
            return;
        }
    }
    if (map->count == map->room) {
        map->room = map->room ? map->room * 2 : 4;
        map->runs = xrealloc(map->runs, map->room, sizeof(*map->runs));
    }
    map->runs[map->count++] = *run;
}

void ext_map_clear(struct ext_map *map)
{
    free(map->runs);
    *map = (struct ext_map){ 0 };
}
