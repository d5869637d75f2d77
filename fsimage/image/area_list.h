/* SPDX-License-Identifier: Apache-2.0 */
/* Places on a disk, in ascending order and apart from each other. */
#ifndef FORGE_FSIMAGE_IMAGE_AREA_LIST_H
#define FORGE_FSIMAGE_IMAGE_AREA_LIST_H

#include <stddef.h>
#include <stdint.h>

/* A place on the disk in bytes; a size of 0 is none. */
struct disk_area {
    int64_t offset, size;
};

/* {0} is the empty list; owned. */
struct area_list {
    struct disk_area *items;
    size_t count, room;
};

/* Append SIZE bytes at OFFSET, which lie behind all that is there. */
void area_list_add(struct area_list *list, int64_t offset, int64_t size);

/* The first of the areas that ends behind OFFSET: its index, or the list's count. */
size_t area_list_find(const struct area_list *list, int64_t offset);

int64_t area_list_total(const struct area_list *list); /* bytes */

void area_list_clear(struct area_list *list);
#define AUTO_AREAS __attribute__((cleanup(area_list_clear)))

#endif
