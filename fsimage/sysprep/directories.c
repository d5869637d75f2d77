/* SPDX-License-Identifier: Apache-2.0 */
/* Resolves many paths level by level, the names in one directory together. */
#include "fsimage/sysprep/directories.h"
#include "fsimage/guest/guest_file.h"
#include "fsimage/sysprep/search.h"

#include <string.h>
#include <sys/stat.h>

DEFINE_CLEANUP(struct guestfs_statns_list *, guestfs_free_statns_list)

static size_t depth_of(const char *path)
{
    size_t depth = 0;
    for (; *path; path++)
        depth += *path == '/' && path[1];
    return depth;
}

/* Whatever is above comes before, and names of one directory are together. */
static int compare(const void *left, const void *right)
{
    const struct directory *a = left, *b = right;
    size_t one = depth_of(a->path), other = depth_of(b->path);
    return one == other ? strcmp(a->path, b->path) : (one > other) - (one < other);
}

static void add(struct directories *directories, char *path)
{
    directories->items =
        xrealloc(directories->items, directories->count + 1, sizeof(*directories->items));
    directories->items[directories->count++] = (struct directory){ .path = path };
}

/* PATHS and all above them, each once. */
static void collect(const struct string_list *paths, struct directories *out)
{
    add(out, xstrdup("/"));
    for (size_t i = 0; i < paths->count; i++)
        for (char *at = xstrdup(paths->items[i]); at;) {
            char *parent = strcmp(at, "/") == 0 ? NULL : path_dirname(at);
            add(out, at);
            at = parent;
        }
    qsort(out->items, out->count, sizeof(*out->items), compare);
    size_t kept = 1;
    for (size_t i = 1; i < out->count; i++) {
        if (strcmp(out->items[i].path, out->items[kept - 1].path) == 0)
            free(out->items[i].path);
        else
            out->items[kept++] = out->items[i];
    }
    out->count = kept;
}

/* Follow the link at PATH: *REAL stays NULL unless it leads to a directory. */
static int follow(struct guest *guest, const char *path, char **real, struct error **err)
{
    AUTO_FREE char *target = NULL;
    int found = sysprep_search_resolve(guest, path, &target, err);
    int is_directory = found > 0 ? guest_file_is_directory(guest, target, err) : found;
    if (is_directory > 0)
        *real = STEAL(target);
    return is_directory < 0 ? -1 : 0;
}

/* The COUNT directories at ITEMS are all in PARENT. */
static int look_into(struct guest *guest, const char *parent, struct directory *items, size_t count,
                     struct error **err)
{
    AUTO_FREE char **names = xcalloc(count + 1, sizeof(*names));
    for (size_t i = 0; i < count; i++)
        names[i] = strrchr(items[i].path, '/') + 1;
    AUTO(guestfs_free_statns_list)
    struct guestfs_statns_list *list = guestfs_lstatnslist(guest_handle(guest), parent, names);
    if (!list)
        return guest_error(guest, err, "%s", parent);
    for (size_t i = 0; i < count && i < list->len; i++) {
        const struct guestfs_statns *stat = &list->val[i];
        if (stat->st_ino == -1) /* libguestfs's mark: nothing there */
            continue;
        AUTO_FREE char *path = path_join(parent, names[i]);
        if (S_ISDIR(stat->st_mode))
            items[i].real = STEAL(path);
        else if (S_ISLNK(stat->st_mode) && follow(guest, path, &items[i].real, err))
            return -1;
    }
    return 0;
}

int directories_find(struct guest *guest, const struct string_list *paths, struct directories *out,
                     struct error **err)
{
    collect(paths, out);
    out->items[0].real = xstrdup("/");
    for (size_t i = 1, end; i < out->count; i = end) {
        AUTO_FREE char *parent = path_dirname(out->items[i].path);
        for (end = i + 1; end < out->count; end++) {
            AUTO_FREE char *other = path_dirname(out->items[end].path);
            if (strcmp(other, parent) != 0)
                break;
        }
        const char *real = directories_real(out, parent);
        if (real && look_into(guest, real, &out->items[i], end - i, err))
            return -1;
    }
    return 0;
}

const char *directories_real(const struct directories *directories, const char *path)
{
    const struct directory key = { .path = (char *)path };
    const struct directory *found =
        bsearch(&key, directories->items, directories->count, sizeof(*directories->items), compare);
    return found ? found->real : NULL;
}

void directories_clear(struct directories *directories)
{
    for (size_t i = 0; i < directories->count; i++) {
        free(directories->items[i].path);
        free(directories->items[i].real);
    }
    free(directories->items);
    *directories = (struct directories){ 0 };
}
