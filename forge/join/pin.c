/* SPDX-License-Identifier: Apache-2.0 */
/* One pass over the whole file, before anything in it is looked at. */
#include "forge/join/pin.h"
#include "forge/base/cancel.h"
#include "forge/base/digest.h"
#include "forge/base/memory.h"

#include <fcntl.h>
#include <string.h>

enum { CHUNK = 1 << 20 };

/* Owned. */
static char *digest(const char *path, int fd, struct progress *progress, struct error **err)
{
    AUTO(digest_free) struct digest *digest = digest_new(DIGEST_SHA256, err);
    AUTO_FREE void *buffer = xcalloc(1, CHUNK);
    int64_t done = 0;
    ssize_t got = 0;
    while (digest && ((got = read(fd, buffer, CHUNK)) > 0 || (got < 0 && errno == EINTR))) {
        if (cancel_check(err))
            return NULL;
        if (got < 0)
            continue;
        digest_update(digest, buffer, (size_t)got);
        progress_update(progress, done += got);
    }
    if (got < 0)
        error_set_errno(err, "reading %s", path);
    return digest && got == 0 ? digest_final_hex(digest) : NULL;
}

int pin_check(const char *path, const char *sha256, struct stat *seen, struct progress *progress,
              struct error **err)
{
    AUTO_FD int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0 || fstat(fd, seen))
        return error_set_errno_cause(err, ERROR_INVALID, "%s", path);
    if (!S_ISREG(seen->st_mode) && !S_ISBLK(seen->st_mode))
        return error_set(err, ERROR_USAGE, "%s is not a file, which alone can have a SHA-256",
                         path);
    posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
    progress_begin(progress, "checking the SHA-256", S_ISREG(seen->st_mode) ? seen->st_size : 0);
    AUTO_FREE char *found = digest(path, fd, progress, err);
    progress_end(progress);
    if (!found)
        return -1;
    if (strcmp(found, sha256) != 0)
        return error_set(err, ERROR_MISMATCH, "%s has another SHA-256 than the one given: %s", path,
                         found);
    return 0;
}
