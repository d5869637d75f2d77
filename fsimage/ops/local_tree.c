/* SPDX-License-Identifier: Apache-2.0 */
/* A local tree in a fixed order, over fts(3). */
#include "fsimage/ops/local_tree.h"
#include "forge/base/strings.h"

#include <fts.h>
#include <string.h>

DEFINE_CLEANUP(FTS *, fts_close)

static int by_name(const FTSENT **a, const FTSENT **b)
{
    return strcmp((*a)->fts_name, (*b)->fts_name);
}

/* ENTRY can be copied: 1, is to be passed over: 0, or -1. */
static int check_entry(const FTSENT *entry, struct error **err)
{
    switch (entry->fts_info) {
    case FTS_D:
    case FTS_SL:
    case FTS_SLNONE:
        return 1;
    case FTS_DP:
        return 0;
    case FTS_F:
        if (access(entry->fts_accpath, R_OK))
            return error_set_errno_cause(err, ERROR_USAGE, "%s", entry->fts_path);
        return 1;
    case FTS_DNR:
    case FTS_ERR:
    case FTS_NS:
        errno = entry->fts_errno;
        return error_set_errno_cause(err, ERROR_USAGE, "%s", entry->fts_path);
    default:
        return error_set(err, ERROR_USAGE, "%s is neither file, directory nor symbolic link",
                         entry->fts_path);
    }
}

/* The name that the copy gets: "dir/" and "dir/." are named as the directory is. */
static char *root_name(const char *root, struct error **err)
{
    AUTO_FREE char *real = realpath(root, NULL);
    if (!real) {
        error_set_errno_cause(err, ERROR_USAGE, "%s", root);
        return NULL;
    }
    const char *name = path_basename(root);
    bool unnamed = !*name || strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
    if (unnamed)
        name = path_basename(real);
    if (!*name) {
        error_set(err, ERROR_USAGE, "%s is the root directory", root);
        return NULL;
    }
    return xstrdup(name);
}

int local_tree_walk(const char *root, local_visitor *visit, void *opaque, struct error **err)
{
    AUTO_FREE char *name = root_name(root, err);
    if (!name)
        return -1;
    AUTO_FREE char *start = xstrdup(root);
    char *const roots[] = { start, NULL };
    AUTO(fts_close)
    FTS *tree = fts_open(roots, FTS_PHYSICAL | FTS_COMFOLLOW | FTS_NOCHDIR, by_name);
    if (!tree)
        return error_set_errno_cause(err, ERROR_USAGE, "%s", root);
    FTSENT *entry;
    while ((errno = 0, entry = fts_read(tree))) {
        int wanted = check_entry(entry, err);
        if (wanted < 0)
            return -1;
        if (!wanted)
            continue;
        const char *below = entry->fts_path + strlen(root);
        AUTO_FREE char *within = entry->fts_level == FTS_ROOTLEVEL
                                     ? xstrdup(name)
                                     : xasprintf("%s/%s", name, below + strspn(below, "/"));
        struct local_entry item = { .path = entry->fts_accpath,
                                    .name = within,
                                    .stat = entry->fts_statp };
        if (visit(opaque, &item, err))
            return -1;
    }
    return errno ? error_set_errno_cause(err, ERROR_USAGE, "%s", root) : 0;
}
