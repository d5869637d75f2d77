/* SPDX-License-Identifier: Apache-2.0 */
/* A map of hard links over tsearch(3). */
#include "fsimage/tree/link_map.h"
#include "forge/base/memory.h"

#include <search.h>
#include <string.h>

static int by_number(const void *one, const void *two)
{
    const struct link *a = one, *b = two;
    if (a->device != b->device)
        return a->device < b->device ? -1 : 1;
    return a->number < b->number ? -1 : a->number > b->number;
}

static int by_path(const void *one, const void *two)
{
    const struct link *a = one, *b = two;
    return strcmp(a->path, b->path);
}

struct link *link_map_find(const struct link_map *map, const struct link *key)
{
    struct link *const *found = tfind(key, &map->root, map->by_path ? by_path : by_number);
    return found ? *found : NULL;
}

struct link *link_map_add(struct link_map *map, const struct link *link)
{
    struct link *copy = NEW(struct link);
    *copy = *link;
    copy->path = xstrdup(link->path);
    if (!tsearch(copy, &map->root, map->by_path ? by_path : by_number))
        abort();
    return copy;
}

struct walk {
    int (*visit)(void *opaque, struct link *link);
    void *opaque;
    int result;
};

static void each(const void *node, VISIT which, void *closure)
{
    struct walk *walk = closure;
    if ((which == postorder || which == leaf) && !walk->result)
        walk->result = walk->visit(walk->opaque, *(struct link *const *)node);
}

int link_map_each(const struct link_map *map, int (*visit)(void *opaque, struct link *link),
                  void *opaque)
{
    struct walk walk = { visit, opaque, 0 };
    twalk_r(map->root, each, &walk);
    return walk.result;
}

static void link_free(void *node)
{
    struct link *link = node;
    free(link->path);
    free(link);
}

void link_map_clear(struct link_map *map)
{
    tdestroy(map->root, link_free);
    map->root = NULL;
}
