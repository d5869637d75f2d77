/* SPDX-License-Identifier: Apache-2.0 */
/* One locked file per session, holding the name of a directory; a file whose lock is free belongs
 * to a session that was killed. */
#include "fsimage/host/leftovers.h"
#include "forge/base/log.h"
#include "forge/base/memory.h"
#include "forge/base/strings.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#define RECORD_PREFIX ".forge-session-"
#define SOCKET_NAME   "/guestfsd.sock"

struct session_record {
    char *path;
    char *socket_dir;
    int fd; /* locked */
};

static const char *record_dir(void)
{
    const char *runtime = getenv("XDG_RUNTIME_DIR");
    return runtime && *runtime == '/' ? runtime : "/tmp";
}

/* "/tmp/libguestfsXXXXXX": a name that libguestfs makes, and nothing else is ever removed. */
static bool is_socket_dir(const char *path)
{
    const char *name = path_basename(path);
    return path[0] == '/' && !strstr(path, "/../") && starts_with(name, "libguestfs") &&
           strlen(name) == strlen("libguestfsXXXXXX");
}

/* The directory of the daemon's socket, from qemu's arguments; owned. */
static char *socket_dir(pid_t qemu)
{
    AUTO_FREE char *proc = xasprintf("/proc/%d/cmdline", (int)qemu);
    AUTO_FREE char *line = NULL;
    size_t room = 0;
    FILE *file = fopen(proc, "re");
    char *found = NULL;
    while (file && !found && getdelim(&line, &room, '\0', file) > 0) {
        char *path = strstr(line, "path=/"), *end = path ? strstr(path, SOCKET_NAME) : NULL;
        if (!end)
            continue;
        path += strlen("path=");
        found = xstrndup(path, (size_t)(end - path));
    }
    if (file)
        fclose(file);
    if (found && !is_socket_dir(found))
        free(STEAL(found));
    return found;
}

struct session_record *session_record(pid_t qemu)
{
    AUTO_FREE char *dir = socket_dir(qemu);
    if (!dir)
        return NULL;
    AUTO_FREE char *path = xasprintf("%s/" RECORD_PREFIX "XXXXXX", record_dir());
    AUTO_FD int fd = mkostemp(path, O_CLOEXEC);
    if (fd < 0)
        return NULL;
    if (flock(fd, LOCK_EX | LOCK_NB) || dprintf(fd, "%s\n", dir) < 0) {
        unlink(path);
        return NULL;
    }
    struct session_record *record = NEW(struct session_record);
    record->path = STEAL(path);
    record->socket_dir = STEAL(dir);
    record->fd = steal_fd(&fd);
    return record;
}

/* Its sockets, then the directory: rmdir fails when anything else is in there, as it should. */
static void remove_socket_dir(const char *path)
{
    struct stat status;
    AUTO_FD int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &status) || status.st_uid != geteuid())
        return;
    unlinkat(fd, "guestfsd.sock", 0);
    unlinkat(fd, "console.sock", 0);
    rmdir(path);
}

void session_forget(struct session_record *record)
{
    if (!record)
        return;
    /* libguestfs forgets it when qemu is killed during the launch. */
    remove_socket_dir(record->socket_dir);
    unlink(record->path);
    close(record->fd);
    free(record->path);
    free(record->socket_dir);
    free(record);
}

static void sweep_record(int dir, const char *name)
{
    char path[256] = "";
    struct stat status;
    AUTO_FD int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &status) || !S_ISREG(status.st_mode) || status.st_uid != geteuid() ||
        (status.st_mode & 077) || flock(fd, LOCK_EX | LOCK_NB))
        return;
    if (read(fd, path, sizeof(path) - 1) > 0) {
        path[strcspn(path, "\n")] = '\0';
        if (is_socket_dir(path))
            remove_socket_dir(path);
    }
    unlinkat(dir, name, 0);
}

void leftovers_sweep(void)
{
    DIR *dir = opendir(record_dir());
    if (!dir)
        return;
    for (struct dirent *entry; (entry = readdir(dir));) {
        if (starts_with(entry->d_name, RECORD_PREFIX))
            sweep_record(dirfd(dir), entry->d_name);
    }
    closedir(dir);
}
