/* SPDX-License-Identifier: Apache-2.0 */
/* One thread that reads files and digests them, until it is done or told to stop. */
#include "forge/build/file_digests.h"
#include "forge/base/cancel.h"
#include "forge/base/digest.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/stat.h>

enum { CHUNK = 256 << 10 };

/* The thread owns HEX and ERROR until it is joined. */
struct file_digests {
    pthread_t thread;
    bool running;
    atomic_bool stop;
    struct string_list paths, hex;
    struct error *error;
};

static int digest_one(struct file_digests *digests, const char *path, void *buffer,
                      struct error **err)
{
    AUTO_FD int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    struct stat status;
    if (fd < 0 || fstat(fd, &status))
        return error_set_errno(err, "opening %s", path);
    if (!S_ISREG(status.st_mode) && !S_ISBLK(status.st_mode)) {
        string_list_add(&digests->hex, ""); /* a pipe has been read, once and for all */
        return 0;
    }
    AUTO(digest_free) struct digest *digest = digest_new(DIGEST_SHA256, err);
    if (!digest)
        return -1;
    posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
    ssize_t got;
    while ((got = read(fd, buffer, CHUNK)) > 0 || (got < 0 && errno == EINTR)) {
        if (cancel_check(err))
            return -1;
        if (got < 0)
            continue;
        if (atomic_load(&digests->stop))
            return error_set(err, ERROR_FAILED, "digesting %s was given up", path);
        digest_update(digest, buffer, (size_t)got);
    }
    if (got < 0)
        return error_set_errno(err, "reading %s", path);
    string_list_take(&digests->hex, digest_final_hex(digest));
    return 0;
}

static void *digest_all(void *opaque)
{
    struct file_digests *digests = opaque;
    AUTO_FREE void *buffer = xcalloc(1, CHUNK);
    for (size_t i = 0; i < digests->paths.count; i++)
        if (digest_one(digests, digests->paths.items[i], buffer, &digests->error))
            break;
    return NULL;
}

struct file_digests *file_digests_start(const struct string_list *paths, struct error **err)
{
    AUTO(file_digests_close) struct file_digests *digests = NEW(struct file_digests);
    string_list_copy(&digests->paths, paths);
    errno = pthread_create(&digests->thread, NULL, digest_all, digests);
    if (errno) {
        error_set_errno(err, "starting a thread");
        return NULL;
    }
    digests->running = true;
    return STEAL(digests);
}

static void join(struct file_digests *digests)
{
    if (digests->running)
        pthread_join(digests->thread, NULL);
    digests->running = false;
}

int file_digests_finish(struct file_digests *digests, const struct string_list **hex,
                        struct error **err)
{
    join(digests);
    if (digests->error)
        return error_move(err, STEAL(digests->error));
    *hex = &digests->hex;
    return 0;
}

void file_digests_close(struct file_digests *digests)
{
    if (!digests)
        return;
    atomic_store(&digests->stop, true);
    join(digests);
    string_list_clear(&digests->paths);
    string_list_clear(&digests->hex);
    error_free(digests->error);
    free(digests);
}
