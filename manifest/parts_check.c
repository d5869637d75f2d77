/* SPDX-License-Identifier: Apache-2.0 */
/* Judging parts in parallel: a slot of the verdict belongs to the thread that took its index. */
#include "manifest/parts_check.h"
#include "forge/base/cancel.h"
#include "forge/base/digest.h"
#include "forge/base/parallel.h"
#include "manifest/part_file.h"

#include <stdatomic.h>

enum { CHUNK = 256 << 10 };

struct parts_check {
    const struct manifest *manifest;
    const char *directory;
    struct parts_verdict *verdict;
    struct progress *progress;
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

static void check_index(void *opaque, size_t index, void *buffer, bool on_caller)
{
    struct parts_check *check = opaque;
    check_part(check, index, buffer, on_caller ? check->progress : NULL,
               &check->verdict->errors[index]);
}

int parts_check(const struct manifest *manifest, const char *directory, struct progress *progress,
                struct parts_verdict *verdict, struct error **err)
{
    *verdict = (struct parts_verdict){ .count = manifest->part_count };
    verdict->errors = xcalloc(manifest->part_count, sizeof(*verdict->errors));
    verdict->unopened = xcalloc(manifest->part_count, sizeof(*verdict->unopened));
    struct parts_check check = {
        .manifest = manifest, .directory = directory, .verdict = verdict, .progress = progress
    };
    parallel_run(verdict->count, CHUNK, check_index, &check);
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
