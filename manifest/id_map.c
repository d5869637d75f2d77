/* SPDX-License-Identifier: Apache-2.0 */
/* A CSV table of ids: ids hold neither commas nor quotes, so a comma always separates. */
#include "manifest/id_map.h"
#include "forge/base/file.h"
#include "forge/base/strings.h"

#include <string.h>

enum { ID_MAP_MAX = 16 << 20 };

struct id_map {
    char *path;
    struct string_list *rows; /* rows[0] has the names of the columns */
    size_t count;
};

/* The cells of LINE, blanks trimmed, empty ones kept. */
static void split_cells(struct string_list *cells, char *line)
{
    for (char *cell; (cell = strsep(&line, ","));) {
        cell += strspn(cell, " \t\"");
        size_t length = strlen(cell);
        while (length && strchr(" \t\r\"", cell[length - 1]))
            length--;
        string_list_take(cells, xstrndup(cell, length));
    }
}

struct id_map *id_map_read(const char *path, struct error **err)
{
    size_t length;
    AUTO_FREE char *text = file_read(path, ID_MAP_MAX, &length, err);
    if (!text)
        return NULL;
    AUTO(id_map_free) struct id_map *map = NEW(struct id_map);
    map->path = xstrdup(path);
    char *rest = text;
    for (char *line; (line = strsep(&rest, "\n"));) {
        if (line[strspn(line, " \t\r")] == '\0')
            continue;
        map->rows = xrealloc(map->rows, map->count + 1, sizeof(*map->rows));
        struct string_list *row = &map->rows[map->count++];
        *row = (struct string_list){ 0 };
        split_cells(row, line);
        if (row->count != map->rows[0].count) {
            error_set(err, ERROR_INVALID, "%s: row %zu has %zu columns, the first has %zu", path,
                      map->count, row->count, map->rows[0].count);
            return NULL;
        }
    }
    if (map->count == 0) {
        error_set(err, ERROR_INVALID, "%s: the table is empty", path);
        return NULL;
    }
    return STEAL(map);
}

void id_map_free(struct id_map *map)
{
    if (!map)
        return;
    for (size_t i = 0; i < map->count; i++)
        string_list_clear(&map->rows[i]);
    free(map->rows);
    free(map->path);
    free(map);
}

const char *id_map_find(const struct id_map *map, const char *id, const char *region,
                        struct error **err)
{
    const struct string_list *names = &map->rows[0];
    size_t column = 0;
    while (column < names->count && strcmp(names->items[column], region) != 0)
        column++;
    if (column == names->count) {
        error_set(err, ERROR_USAGE, "%s has no column for the region %s", map->path, region);
        return NULL;
    }
    for (size_t i = 1; i < map->count; i++) {
        if (!string_list_contains(&map->rows[i], id))
            continue;
        const char *found = map->rows[i].items[column];
        if (!*found)
            error_set(err, ERROR_USAGE, "%s names no counterpart of %s in %s", map->path, id,
                      region);
        return *found ? found : NULL;
    }
    error_set(err, ERROR_USAGE, "%s has no row with %s", map->path, id);
    return NULL;
}
