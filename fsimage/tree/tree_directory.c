/* SPDX-License-Identifier: Apache-2.0 */
/* A local directory as a tree, over fts(3). */
#include "forge/base/memory.h"
#include "fsimage/tree/link_map.h"
#include "fsimage/tree/tree.h"
#include "fsimage/tree/tree_filter.h"

#include <archive_entry.h>
#include <fcntl.h>
#include <fts.h>
#include <linux/fs.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/xattr.h>

enum { CHUNK = 1 << 20 };

struct directory_tree {
    struct tree base;
    FTS *fts;
    bool begun; /* something was read of it */
    size_t root_length;
    struct link_map links;
    struct archive_entry *entry;
    /* The regular file that is being read. */
    int fd;
    int64_t size, at, data_end; /* data are known from AT to DATA_END */
    char *path;
    unsigned char *buffer;
};

static struct directory_tree *directory_of(struct tree *tree)
{
    return container_of(tree, struct directory_tree, base);
}

static int by_name(const FTSENT **a, const FTSENT **b)
{
    return strcmp((*a)->fts_name, (*b)->fts_name);
}

static void forget_file(struct directory_tree *tree)
{
    if (tree->fd >= 0)
        close(tree->fd);
    tree->fd = -1;
    free(tree->path);
    tree->path = NULL;
}

/* The next data from AT on: false when there are none. Where holes are unknown all is data. */
static bool find_data(const struct directory_tree *tree, int64_t at, int64_t *start, int64_t *end)
{
    if (at >= tree->size)
        return false;
    *start = lseek(tree->fd, at, SEEK_DATA);
    if (*start < 0 && errno == ENXIO)
        return false;
    if (*start < 0)
        *start = at;
    *end = lseek(tree->fd, *start, SEEK_HOLE);
    if (*end < 0 || *end > tree->size)
        *end = tree->size;
    return *start < *end;
}

static void set_sparse(const struct directory_tree *tree)
{
    int64_t start, end;
    bool any = find_data(tree, 0, &start, &end);
    if (!any && tree->size)
        archive_entry_sparse_add_entry(tree->entry, 0, 0);
    if (!any || (start == 0 && end == tree->size))
        return;
    do
        archive_entry_sparse_add_entry(tree->entry, start, end - start);
    while (find_data(tree, end, &start, &end));
}

static int open_file(struct directory_tree *tree, const FTSENT *file, struct error **err)
{
    struct stat status;
    tree->fd = open(file->fts_accpath, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    if (tree->fd < 0 || fstat(tree->fd, &status))
        return error_set_errno_cause(err, ERROR_USAGE, "opening %s", file->fts_path);
    if (!S_ISREG(status.st_mode) || status.st_ino != file->fts_statp->st_ino)
        return error_set(err, ERROR_FAILED, "%s changed while it was being read", file->fts_path);
    tree->path = xstrdup(file->fts_path);
    tree->size = status.st_size; /* a log may have grown since */
    archive_entry_set_size(tree->entry, status.st_size);
    tree->at = tree->data_end = 0;
    set_sparse(tree);
    return 0;
}

/* The chattr flags; many file systems and types of file have none. */
static void set_flags(const FTSENT *file, struct archive_entry *entry)
{
    AUTO_FD int fd = open(file->fts_accpath, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    int flags = 0;
    if (fd >= 0 && ioctl(fd, FS_IOC_GETFLAGS, &flags) == 0)
        archive_entry_set_fflags(entry, (unsigned)flags, 0);
}

static int add_xattr(const FTSENT *file, const char *name, struct archive_entry *entry,
                     struct error **err)
{
    ssize_t size = lgetxattr(file->fts_accpath, name, NULL, 0);
    AUTO_FREE char *value = xcalloc(1, size > 0 ? (size_t)size : 1);
    if (size > 0)
        size = lgetxattr(file->fts_accpath, name, value, (size_t)size);
    if (size < 0)
        return error_set_errno_cause(err, ERROR_USAGE, "the attribute %s of %s", name,
                                     file->fts_path);
    archive_entry_xattr_add_entry(entry, name, value, (size_t)size);
    return 0;
}

static int set_xattrs(const FTSENT *file, struct archive_entry *entry, struct error **err)
{
    ssize_t size = llistxattr(file->fts_accpath, NULL, 0);
    if (size < 0 && errno != ENOTSUP)
        return error_set_errno_cause(err, ERROR_USAGE, "the attributes of %s", file->fts_path);
    if (size <= 0)
        return 0;
    AUTO_FREE char *names = xcalloc(1, (size_t)size + 1);
    size = llistxattr(file->fts_accpath, names, (size_t)size);
    if (size < 0)
        return error_set_errno_cause(err, ERROR_USAGE, "the attributes of %s", file->fts_path);
    for (const char *name = names; name < names + size; name += strlen(name) + 1) {
        if (add_xattr(file, name, entry, err))
            return -1;
    }
    return 0;
}

static int set_symlink(const FTSENT *file, struct archive_entry *entry, struct error **err)
{
    char target[PATH_MAX];
    ssize_t length = readlink(file->fts_accpath, target, sizeof(target) - 1);
    if (length < 0)
        return error_set_errno_cause(err, ERROR_USAGE, "reading %s", file->fts_path);
    target[length] = '\0';
    archive_entry_copy_symlink(entry, target);
    return 0;
}

static int fill_entry(struct directory_tree *tree, const FTSENT *file, const char *path,
                      struct error **err)
{
    const struct stat *status = file->fts_statp;
    archive_entry_clear(tree->entry);
    archive_entry_copy_pathname(tree->entry, path);
    archive_entry_copy_stat(tree->entry, status);
    /* Reading a file is what changes this time: two readings must not give two trees. */
    archive_entry_set_atime(tree->entry, status->st_mtim.tv_sec, status->st_mtim.tv_nsec);
    if (!S_ISREG(status->st_mode))
        archive_entry_unset_size(tree->entry);
    if (set_xattrs(file, tree->entry, err))
        return -1;
    if (S_ISDIR(status->st_mode)) {
        set_flags(file, tree->entry);
        return 0;
    }
    if (S_ISLNK(status->st_mode) && set_symlink(file, tree->entry, err))
        return -1;
    struct link link = { .device = status->st_dev, .number = status->st_ino, .path = (char *)path };
    const struct link *known = link_map_find(&tree->links, &link);
    if (known) {
        archive_entry_copy_hardlink(tree->entry, known->path);
        return 0;
    }
    if (status->st_nlink > 1)
        link_map_add(&tree->links, &link);
    if (!S_ISREG(status->st_mode))
        return 0;
    set_flags(file, tree->entry);
    return open_file(tree, file, err);
}

/* FILE is to be given: 1, is to be passed over: 0, or -1. */
static int check(struct directory_tree *tree, FTSENT *file, const char *path, struct error **err)
{
    if (file->fts_info == FTS_DP)
        return 0;
    bool directory = file->fts_info == FTS_D || file->fts_info == FTS_DNR;
    if (file->fts_level > FTS_ROOTLEVEL && !tree_wants(&tree->base, path, directory)) {
        if (file->fts_info == FTS_D)
            fts_set(tree->fts, file, FTS_SKIP);
        return 0;
    }
    switch (file->fts_info) {
    case FTS_DNR:
    case FTS_ERR:
    case FTS_NS:
        errno = file->fts_errno;
        return error_set_errno_cause(err, ERROR_USAGE, "reading %s", file->fts_path);
    case FTS_DC:
        return error_set(err, ERROR_USAGE, "%s is a directory within itself", file->fts_path);
    default:
        return 1;
    }
}

static int directory_next(struct tree *base, struct archive_entry **entry, struct error **err)
{
    struct directory_tree *tree = directory_of(base);
    FTSENT *file;
    forget_file(tree);
    tree->begun = true;
    while ((errno = 0, file = fts_read(tree->fts))) {
        const char *below = file->fts_path + tree->root_length;
        const char *path = file->fts_level == FTS_ROOTLEVEL ? "." : below + strspn(below, "/");
        int wanted = check(tree, file, path, err);
        if (wanted < 0)
            return -1;
        if (!wanted)
            continue;
        *entry = tree->entry;
        return fill_entry(tree, file, path, err) ? -1 : 1;
    }
    return errno ? error_set_errno_cause(err, ERROR_USAGE, "reading the directory tree") : 0;
}

static int directory_read(struct tree *base, const void **bytes, size_t *count, int64_t *offset,
                          struct error **err)
{
    struct directory_tree *tree = directory_of(base);
    if (tree->fd < 0)
        return 0;
    if (tree->at == tree->data_end && !find_data(tree, tree->at, &tree->at, &tree->data_end)) {
        tree->at = tree->data_end = tree->size;
        return 0;
    }
    size_t some = tree->data_end - tree->at < CHUNK ? (size_t)(tree->data_end - tree->at) : CHUNK;
    ssize_t got;
    do
        got = pread(tree->fd, tree->buffer, some, tree->at);
    while (got < 0 && errno == EINTR);
    if (got < 0)
        return error_set_errno(err, "reading %s", tree->path);
    if (got == 0)
        return error_set(err, ERROR_FAILED, "%s became shorter while it was being read",
                         tree->path);
    *bytes = tree->buffer;
    *count = (size_t)got;
    *offset = tree->at;
    tree->at += got;
    return 1;
}

static void directory_close(struct tree *base)
{
    struct directory_tree *tree = directory_of(base);
    forget_file(tree);
    if (tree->fts && !tree->begun) /* what was opened and not read, glibc's fts_close() leaks */
        fts_read(tree->fts);
    if (tree->fts)
        fts_close(tree->fts);
    link_map_clear(&tree->links);
    archive_entry_free(tree->entry);
    free(tree->buffer);
    free(tree);
}

struct tree *tree_open_directory(const char *path, struct error **err)
{
    static const struct tree_ops ops = { .next = directory_next,
                                         .read = directory_read,
                                         .close = directory_close };
    struct directory_tree *tree = NEW(struct directory_tree);
    AUTO(tree_close) struct tree *base = &tree->base;
    base->ops = &ops;
    tree->fd = -1;
    tree->buffer = xcalloc(1, CHUNK);
    tree->entry = archive_entry_new();
    struct stat status;
    if (!tree->entry || stat(path, &status)) {
        error_set_errno_cause(err, ERROR_USAGE, "opening %s", path);
        return NULL;
    }
    if (!S_ISDIR(status.st_mode)) {
        error_set(err, ERROR_USAGE, "%s is not a directory", path);
        return NULL;
    }
    AUTO_FREE char *start = xstrdup(path);
    char *const roots[] = { start, NULL };
    tree->fts = fts_open(roots, FTS_PHYSICAL | FTS_COMFOLLOW | FTS_NOCHDIR, by_name);
    if (!tree->fts) {
        error_set_errno_cause(err, ERROR_USAGE, "opening %s", path);
        return NULL;
    }
    tree->root_length = strlen(path);
    return STEAL(base);
}
