/* SPDX-License-Identifier: Apache-2.0 */
/* Reading a small file whole, up to a limit; writing until everything is written. */
#include "forge/base/file.h"
#include "forge/base/memory.h"

#include <fcntl.h>
#include <string.h>

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
