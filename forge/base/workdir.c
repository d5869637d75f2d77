/* SPDX-License-Identifier: Apache-2.0 */
/* A private, locked directory beside the output; the next run sweeps away what a killed one left.
 */
#include "forge/base/workdir.h"
#include "forge/base/file.h"
#include "forge/base/log.h"
#include "forge/base/memory.h"
#include "forge/base/strings.h"

#include <dirent.h>
#include <fcntl.h>
#include <fts.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#define WORKDIR_PREFIX ".forge-"
#define KEPT_MARK      "kept"

/* The lock is on the directory itself: it needs no file, and ends with the process. */
struct workdir {
    char *path;
    int fd;
    bool kept;
};

static void remove_tree(const char *path)
{
    char *const roots[] = { (char *)path, NULL };
    FTS *tree = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR | FTS_XDEV, NULL);
    if (!tree)
        return;
    for (FTSENT *entry; (entry = fts_read(tree));) {
        if (entry->fts_info == FTS_DP)
            rmdir(entry->fts_accpath);
        else if (entry->fts_info != FTS_D)
            unlink(entry->fts_accpath);
    }
    fts_close(tree);
}

/* FD is another process's directory: ours by owner, not to be kept, and nobody holds its lock.
 * This process does from now on. */
static bool is_left_over(int fd)
{
    struct stat status;
    return fd >= 0 && fstat(fd, &status) == 0 && status.st_uid == geteuid() &&
           faccessat(fd, KEPT_MARK, F_OK, AT_SYMLINK_NOFOLLOW) && errno == ENOENT &&
           flock(fd, LOCK_EX | LOCK_NB) == 0;
}

/* Locked until it is gone: who has just made it must not take it for its own meanwhile. */
static void sweep_one(int parent, const char *path)
{
    AUTO_FD int fd =
        openat(parent, path_basename(path), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (!is_left_over(fd))
        return;
    log_debug("removing %s, left by a run that was killed", path);
    remove_tree(path);
}

static void sweep(const char *parent)
{
    DIR *dir = opendir(parent);
    if (!dir)
        return;
    for (struct dirent *entry; (entry = readdir(dir));) {
        if (strlen(entry->d_name) != strlen(WORKDIR_PREFIX "XXXXXX") ||
            !starts_with(entry->d_name, WORKDIR_PREFIX))
            continue;
        AUTO_FREE char *path = path_join(parent, entry->d_name);
        sweep_one(dirfd(dir), path);
    }
    closedir(dir);
}

/* Make the directory and lock it; NULL when another process's sweep took it in between. */
static struct workdir *make_locked(const char *parent, struct error **err)
{
    AUTO_FREE char *path = path_join(parent, WORKDIR_PREFIX "XXXXXX");
    if (!mkdtemp(path)) {
        error_set_errno(err, "making a temporary directory in %s", parent);
        return NULL;
    }
    AUTO_FD int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) || access(path, F_OK))
        return NULL;
    struct workdir *workdir = NEW(struct workdir);
    workdir->path = STEAL(path);
    workdir->fd = steal_fd(&fd);
    return workdir;
}

struct workdir *workdir_create(const char *parent, struct error **err)
{
    sweep(parent);
    struct error *failed = NULL;
    for (int attempt = 0; attempt < 10; attempt++) {
        struct workdir *workdir = make_locked(parent, &failed);
        if (workdir)
            return workdir;
        if (failed) {
            error_move(err, failed);
            return NULL;
        }
    }
    error_set(err, ERROR_FAILED, "could not lock a temporary directory in %s", parent);
    return NULL;
}

const char *workdir_path(const struct workdir *workdir)
{
    return workdir->path;
}

char *workdir_file(const struct workdir *workdir, const char *name)
{
    return path_join(workdir->path, name);
}

int workdir_keep(struct workdir *workdir, struct error **err)
{
    AUTO_FD int mark = openat(workdir->fd, KEPT_MARK, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    workdir->kept = mark >= 0;
    return workdir->kept ? 0 : error_set_errno(err, "marking %s as one to keep", workdir->path);
}

void workdir_close(struct workdir *workdir)
{
    if (!workdir)
        return;
    if (!workdir->kept)
        remove_tree(workdir->path);
    close(workdir->fd);
    free(workdir->path);
    free(workdir);
}

int publish_check(const char *to, const char *input, bool replace, struct error **err)
{
    struct stat status;
    if (input && stat(to, &status) == 0 && file_is_same(&status, input))
        return error_set(err, ERROR_USAGE,
                         "%s is the input, which is never changed: write another file", to);
    if (faccessat(AT_FDCWD, to, F_OK, AT_SYMLINK_NOFOLLOW))
        return 0;
    if (!replace)
        return error_set(err, ERROR_FAILED, "%s exists already (--force replaces it)", to);
    if (stat(to, &status) == 0 && !S_ISREG(status.st_mode))
        return error_set(err, ERROR_USAGE, "%s is there and is no file: it is not replaced", to);
    return 0;
}

int publish_file(const char *from, const char *to, bool replace, struct error **err)
{
    if (replace && publish_check(to, NULL, replace, err))
        return -1;
    AUTO_FD int fd = open(from, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fsync(fd))
        return error_set_errno(err, "syncing %s", to);
    if (renameat2(AT_FDCWD, from, AT_FDCWD, to, replace ? 0 : RENAME_NOREPLACE) == 0)
        return 0;
    if (errno == EEXIST)
        return error_set(err, ERROR_FAILED, "%s exists already", to);
    if (errno != EINVAL || replace)
        return error_set_errno(err, "giving %s its name", to);
    /* Some file systems know no RENAME_NOREPLACE; link(2) refuses an existing name as well. */
    if (link(from, to))
        return error_set_errno(err, "giving %s its name", to);
    unlink(from);
    return 0;
}

int require_space(const char *dir, int64_t needed, const char *what, struct error **err)
{
    struct statvfs space;
    if (statvfs(dir, &space))
        return error_set_errno(err, "asking for the free space of %s", dir);
    int64_t available;
    if (__builtin_mul_overflow(space.f_bavail, space.f_frsize, &available) || available >= needed)
        return 0;
    AUTO_FREE char *want = format_size(needed);
    AUTO_FREE char *have = format_size(available);
    return error_set(err, ERROR_FAILED, "%s needs about %s in %s, where %s are free", what, want,
                     dir, have);
}

const char *temporary_parent(const char *tmpdir)
{
    if (tmpdir)
        return tmpdir;
    const char *environment = getenv("TMPDIR");
    return environment && *environment ? environment : "/var/tmp";
}

int temporary_file(struct error **err)
{
    const char *parent = temporary_parent(NULL);
    int fd = open(parent, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd >= 0)
        return fd;
    /* Not every file system has files without a name. */
    AUTO_FREE char *path = xasprintf("%s/forge-XXXXXX", parent);
    fd = mkostemp(path, O_CLOEXEC);
    if (fd < 0)
        return error_set_errno(err, "making a temporary file in %s", parent);
    unlink(path);
    return fd;
}
