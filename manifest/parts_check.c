/* SPDX-License-Identifier: Apache-2.0 */
/* Judging parts in parallel: each thread takes the next index until there are no more.
 *
 * Threads share nothing but two counters; an index, and so a slot of the verdict, belongs to the
 * thread that took it. The calling thread works too, and is the only one that reports progress. */
#include "manifest/parts_check.h"
#include "forge/base/cancel.h"
#include "forge/base/cpu.h"
#include "forge/base/digest.h"
#include "manifest/part_file.h"

#include <pthread.h>
#include <stdatomic.h>

enum { CHUNK = 256 << 10, THREADS_MAX = 64 };

struct parts_check {
    const struct manifest *manifest;
    const char *directory;
    struct parts_verdict *verdict;
    atomic_size_t next; /* the first index nobody took */
    atomic_llong total; /* bytes read by all threads */
};

/* Read and judge part INDEX; PROGRESS is NULL but on the calling thread. */
static int check_part(struct parts_check *check, size_t index, void *buffer,
                      struct progress *progress, struct error **err)
{
    AUTO_FD int fd = part_open(check->manifest, index, check->directory, NULL, err);
    check->verdict->unopened[index] = fd < 0;
    if (fd < 0)
        return -1;
    AUTO(digest_free) struct digest *digest = digest_new(DIGEST_SHA1, err);
    if (!digest)
        return -1;
    int64_t size = 0;
    ssize_t got;
    while ((got = read(fd, buffer, CHUNK)) > 0 || (got < 0 && errno == EINTR)) {
        if (cancel_check(err))
            return -1;
        if (got < 0)
            continue;
        digest_update(digest, buffer, (size_t)got);
        size += got;
        progress_update(progress, atomic_fetch_add(&check->total, got) + got);
    }
    if (got < 0)
        return error_set_errno(err, "reading %s", check->manifest->parts[index].filename);
    AUTO_FREE char *hex = digest_final_hex(digest);
    return part_judge(check->manifest, index, size, hex, err);
}

static void check_parts(struct parts_check *check, struct progress *progress)
{
    AUTO_FREE void *buffer = xcalloc(CHUNK, 1);
    while (!cancel_signal()) {
        size_t index = atomic_fetch_add(&check->next, 1);
        if (index >= check->manifest->part_count)
            return;
        check_part(check, index, buffer, progress, &check->verdict->errors[index]);
    }
}

static void *run_thread(void *opaque)
{
    check_parts(opaque, NULL);
    return NULL;
}

int parts_check(const struct manifest *manifest, const char *directory, struct progress *progress,
                struct parts_verdict *verdict, struct error **err)
{
    *verdict = (struct parts_verdict){ .count = manifest->part_count };
    verdict->errors = xcalloc(manifest->part_count, sizeof(*verdict->errors));
    verdict->unopened = xcalloc(manifest->part_count, sizeof(*verdict->unopened));
    struct parts_check check = { .manifest = manifest, .directory = directory, .verdict = verdict };
    size_t threads = cpu_count() - 1;
    if (threads > THREADS_MAX)
        threads = THREADS_MAX;
    if (threads > manifest->part_count - 1)
        threads = manifest->part_count - 1;
    pthread_t helpers[THREADS_MAX];
    size_t started = 0;
    /* A thread that cannot be had leaves more to the others. */
    while (started < threads && pthread_create(&helpers[started], NULL, run_thread, &check) == 0)
        started++;
    check_parts(&check, progress);
    for (size_t i = 0; i < started; i++)
        pthread_join(helpers[i], NULL);

    for (size_t i = 0; i < verdict->count; i++)
        verdict->bad += verdict->errors[i] != NULL;
    verdict->total = atomic_load(&check.total);
    return cancel_check(err);
}

void parts_verdict_clear(struct parts_verdict *verdict)
{
    for (size_t i = 0; i < verdict->count; i++)
        error_free(verdict->errors[i]);
    free(verdict->errors);
    free(verdict->unopened);
    *verdict = (struct parts_verdict){ 0 };
}
