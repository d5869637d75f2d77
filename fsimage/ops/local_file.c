/* SPDX-License-Identifier: Apache-2.0 */
/* Local files that a step names: where they are, whether they can be read, what is in them. */
#include "fsimage/ops/local_file.h"
#include "fsimage/ops/ops.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

enum { TEXT_MAX = 1 << 20 };

char *local_path(const struct customize_step *step, const char *name)
{
    return path_join(step->base_dir, name);
}

void files_first(const struct customize_step *step, struct string_list *names)
{
    string_list_add(names, step->first);
}

/* Open PATH for reading when it is a regular file; a FIFO must not block us. */
static int open_regular(const char *path, struct stat *stat, struct error **err)
{
    AUTO_FD int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0 || fstat(fd, stat))
        return error_set_errno_cause(err, ERROR_USAGE, "opening %s", path);
    if (!S_ISREG(stat->st_mode))
        return error_set(err, ERROR_USAGE, "%s is not a regular file", path);
    return steal_fd(&fd);
}

int local_file_check(const char *path, bool *executable, struct error **err)
{
    struct stat stat;
    AUTO_FD int fd = open_regular(path, &stat, err);
    if (fd < 0)
        return -1;
    if (executable)
        *executable = stat.st_mode & 0111;
    return 0;
}

char *local_file_read(const char *path, struct error **err)
{
    struct stat stat;
    AUTO_FD int fd = open_regular(path, &stat, err);
    if (fd < 0)
        return NULL;
    AUTO_FREE char *text = xcalloc(TEXT_MAX + 2, 1);
    size_t length = 0;
    ssize_t got;
    while ((got = read(fd, text + length, TEXT_MAX + 1 - length)) > 0)
        length += (size_t)got;
    if (got < 0) {
        error_set_errno_cause(err, ERROR_USAGE, "reading %s", path);
        return NULL;
    }
    if (length > TEXT_MAX || strlen(text) != length) {
        error_set(err, ERROR_USAGE, "%s is not a text file of at most 1 MiB", path);
        return NULL;
    }
    return STEAL(text);
}

int check_local_file(struct customize_step *step, struct error **err)
{
    AUTO_FREE char *local = local_path(step, step->first);
    return local_file_check(local, NULL, err);
}
