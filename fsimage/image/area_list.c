/* SPDX-License-Identifier: Apache-2.0 */
/* A growing array of areas, searched by halves. */
#include "fsimage/image/area_list.h"
#include "forge/base/memory.h"

static int64_t end_of(const struct disk_area *area)
{
    return area->offset + area->size;
}

void area_list_add(struct area_list *list, int64_t offset, int64_t size)
{
    if (!size)
        return;
    if (list->count && end_of(&list->items[list->count - 1]) == offset) {
        list->items[list->count - 1].size += size;
        return;
    }
    if (list->count == list->room) {
        list->room = list->room ? 2 * list->room : 64;
        list->items = xrealloc(list->items, list->room, sizeof(*list->items));
    }
    list->items[list->count++] = (struct disk_area){ offset, size };
}

size_t area_list_find(const struct area_list *list, int64_t offset)
{
    size_t low = 0, high = list->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (end_of(&list->items[middle]) > offset)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

int64_t area_list_total(const struct area_list *list)
{
    int64_t total = 0;
    for (size_t i = 0; i < list->count; i++)
        total += list->items[i].size;
    return total;
}

void area_list_clear(struct area_list *list)
{
    free(list->items);
    *list = (struct area_list){ 0 };
}
