/* SPDX-License-Identifier: Apache-2.0 */
/* Small files whole, and writing until everything is written. */
#include "forge/base/file.h"
#include "forge/base/memory.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { FIRST_CAPACITY = 16 << 10 };

/* BUFFER in twice its capacity; the old bytes are wiped. */
static char *grow(char *buffer, size_t *capacity)
{
    char *larger = xcalloc(2 * *capacity, 1);
    memcpy(larger, buffer, *capacity);
    explicit_bzero(buffer, *capacity);
    free(buffer);
    *capacity *= 2;
    return larger;
}

char *file_read(const char *path, size_t max, size_t *length, struct error **err)
{
    AUTO_FD int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        error_set_errno_cause(err, ERROR_INVALID, "opening %s", path);
        return NULL;
    }
    size_t capacity = FIRST_CAPACITY, used = 0;
    char *buffer = xcalloc(capacity, 1);
    ssize_t got;
    while ((got = read(fd, buffer + used, capacity - 1 - used)) > 0 ||
           (got < 0 && errno == EINTR)) {
        used += got > 0 ? (size_t)got : 0;
        if (used > max)
            break;
        if (used == capacity - 1)
            buffer = grow(buffer, &capacity);
    }
    if (got < 0)
        error_set_errno_cause(err, ERROR_INVALID, "reading %s", path);
    else if (used > max)
        error_set(err, ERROR_INVALID, "reading %s: it is longer than %zu bytes", path, max);
    if (got < 0 || used > max) {
        explicit_bzero(buffer, capacity);
        free(buffer);
        return NULL;
    }
    buffer[used] = '\0';
    *length = used;
    return buffer;
}

char *file_read_text(const char *path, size_t max, struct error **err)
{
    size_t length;
    AUTO_FREE char *text = file_read(path, max, &length, err);
    if (text && strlen(text) != length) {
        error_set(err, ERROR_INVALID, "reading %s: it is no text", path);
        return NULL;
    }
    return STEAL(text);
}

int file_create(const char *path, const char *text, size_t length, struct error **err)
{
    FILE *file = fopen(path, "wxe");
    if (!file)
        return error_set_errno(err, "making %s", path);
    bool written = fwrite(text, 1, length, file) == length && fchmod(fileno(file), 0644) == 0;
    /* Writing may fail as late as here. */
    if (fclose(file) || !written)
        return error_set_errno(err, "writing %s", path);
    return 0;
}

int file_write(int fd, const void *bytes, size_t count)
{
    for (size_t done = 0; done < count;) {
        ssize_t written = write(fd, (const char *)bytes + done, count - done);
        if (written < 0 && errno != EINTR)
            return -1;
        done += written > 0 ? (size_t)written : 0;
    }
    return 0;
}

bool file_is_same(const struct stat *status, const char *path)
{
    struct stat other;
    return stat(path, &other) == 0 && other.st_dev == status->st_dev &&
           other.st_ino == status->st_ino;
}
