/* SPDX-License-Identifier: Apache-2.0 */
/* A list of changes: put in order, freed. */
#include "fsimage/sysprep/search.h"

#include <string.h>

const char *sysprep_action_name(enum sysprep_action action)
{
    static const char *const names[] = {
        [SYSPREP_KEEP] = "keep", [SYSPREP_REMOVE] = "remove", [SYSPREP_EMPTY] = "empty",
        [SYSPREP_EDIT] = "edit", [SYSPREP_CREATE] = "create", [SYSPREP_NEW_UUID] = "new-uuid",
    };
    return names[action];
}

/* As strcmp, but a slash comes before everything: what is in a directory follows it at once. */
static int compare_paths(const char *a, const char *b)
{
    for (; *a && *a == *b; a++)
        b++;
    int left = *a == '/' ? 1 : (unsigned char)*a + (*a != '\0');
    int right = *b == '/' ? 1 : (unsigned char)*b + (*b != '\0');
    return left - right;
}

static int by_path(const void *left, const void *right)
{
    const struct sysprep_change *a = left, *b = right;
    int order = compare_paths(a->path, b->path);
    return order ? order : (a->op > b->op) - (a->op < b->op);
}

static int by_operation(const void *left, const void *right)
{
    const struct sysprep_change *a = left, *b = right;
    return a->op == b->op ? compare_paths(a->path, b->path) : (a->op > b->op) - (a->op < b->op);
}

static void change_clear(struct sysprep_change *change)
{
    if (change->text)
        explicit_bzero(change->text, strlen(change->text)); /* may be /etc/shadow */
    free(change->text);
    free(change->path);
}

/* ABOVE is removed with all that is in it: whether that takes PATH along. */
static bool covers(const struct sysprep_change *above, const char *path)
{
    size_t length = strlen(above->path);
    return above->action == SYSPREP_REMOVE && strncmp(path, above->path, length) == 0 &&
           (path[length] == '\0' || path[length] == '/');
}

void sysprep_changes_settle(struct sysprep_changes *changes)
{
    if (!changes->count)
        return;
    qsort(changes->items, changes->count, sizeof(*changes->items), by_path);
    size_t kept = 0;
    size_t above = 0; /* the last one that was kept and removes something */
    for (size_t i = 0; i < changes->count; i++) {
        struct sysprep_change change = changes->items[i];
        if (kept && covers(&changes->items[above], change.path)) {
            change_clear(&change);
            continue;
        }
        if (change.action == SYSPREP_REMOVE || !kept)
            above = kept;
        changes->items[kept++] = change;
    }
    changes->count = kept;
    qsort(changes->items, kept, sizeof(*changes->items), by_operation);
}

void sysprep_changes_clear(struct sysprep_changes *changes)
{
    for (size_t i = 0; i < changes->count; i++)
        change_clear(&changes->items[i]);
    free(changes->items);
    *changes = (struct sysprep_changes){ 0 };
}
