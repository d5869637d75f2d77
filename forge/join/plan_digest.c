/* SPDX-License-Identifier: Apache-2.0 */
/* Digests objects in parallel: an object and its error belong to the thread that took its index. */
#include "forge/join/plan_digest.h"
#include "forge/base/base64.h"
#include "forge/base/cancel.h"
#include "forge/base/digest.h"
#include "forge/base/parallel.h"
#include "manifest/part_file.h"

#include <fcntl.h>
#include <stdatomic.h>
#include <string.h>

enum { CHUNK = 256 << 10 };

struct digesting {
    struct plan *plan;
    const struct manifest *manifest;
    struct error **errors; /* by index */
    struct progress *progress;
    atomic_llong total; /* bytes read by all threads */
};

/* -- the digests of one file, in one pass -- */

static const enum digest_kind kinds[] = { DIGEST_MD5, DIGEST_SHA1, DIGEST_SHA256 };

struct digests {
    struct digest *of[ARRAY_SIZE(kinds)];
};

static void digests_clear(struct digests *digests)
{
    for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
        digest_free(digests->of[i]);
}

static int digests_begin(struct digests *digests, struct error **err)
{
    for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
        if (!(digests->of[i] = digest_new(kinds[i], err)))
            return -1;
    return 0;
}

static void digests_update(struct digests *digests, const void *bytes, size_t count)
{
    for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
        digest_update(digests->of[i], bytes, count);
}

static void digests_finish(struct digests *digests, struct plan_object *object)
{
    unsigned char md5[DIGEST_MAX];
    digest_final(digests->of[0], md5);
    object->md5 = hex_encode(md5, digest_size(DIGEST_MD5));
    object->content_md5 = base64_encode(md5, digest_size(DIGEST_MD5));
    object->sha1 = digest_final_hex(digests->of[1]);
    object->sha256 = digest_final_hex(digests->of[2]);
}

/* -- */

static int open_manifest(const struct plan *plan, const struct plan_object *object,
                         struct error **err)
{
    AUTO_FREE char *path = path_join(plan->manifest_directory, object->name);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    return fd >= 0 ? fd : error_set_errno(err, "opening %s", path);
}

/* PROGRESS is NULL but on the calling thread. */
static int read_object(struct digesting *work, size_t index, void *buffer,
                       struct progress *progress, struct error **err)
{
    struct plan_object *object = &work->plan->objects[index];
    AUTO_FD int fd = object->is_manifest
                         ? open_manifest(work->plan, object, err)
                         : part_open(work->manifest, index, work->plan->part_directory, NULL, err);
    __attribute__((cleanup(digests_clear))) struct digests digests = { 0 };
    if (fd < 0 || digests_begin(&digests, err))
        return -1;
    ssize_t got;
    while ((got = read(fd, buffer, CHUNK)) > 0 || (got < 0 && errno == EINTR)) {
        if (cancel_check(err))
            return -1;
        if (got < 0)
            continue;
        digests_update(&digests, buffer, (size_t)got);
        object->size += got;
        progress_update(progress, atomic_fetch_add(&work->total, got) + got);
    }
    if (got < 0)
        return error_set_errno(err, "reading %s", object->name);
    digests_finish(&digests, object);
    if (object->is_manifest)
        return 0;
    return part_judge(work->manifest, index, object->size, object->sha1, err);
}

static void read_index(void *opaque, size_t index, void *buffer, bool on_caller)
{
    struct digesting *work = opaque;
    read_object(work, index, buffer, on_caller ? work->progress : NULL, &work->errors[index]);
}

/* The first error, saying how many more there are; frees all. */
static int collect_errors(struct error **errors, size_t count, struct error **err)
{
    struct error *first = NULL;
    size_t more = 0;
    for (size_t i = 0; i < count; i++) {
        if (!first) {
            first = errors[i];
        } else if (errors[i]) {
            more++;
            error_free(errors[i]);
        }
    }
    if (!first)
        return 0;
    if (!more)
        return error_move(err, first);
    error_set(err, first->cause, "%s (and %zu more files are wrong)", first->message, more);
    error_free(first);
    return -1;
}

static int check_sum(const struct plan *plan, const struct manifest *manifest, struct error **err)
{
    int64_t parts = plan_bytes(plan) - plan->objects[plan->count - 1].size;
    if (parts == manifest->bundled_size)
        return 0;
    return error_set(err, ERROR_MISMATCH, "the parts have %lld bytes, the manifest says %lld",
                     (long long)parts, (long long)manifest->bundled_size);
}

int plan_digest(struct plan *plan, const struct manifest *manifest, struct progress *progress,
                struct error **err)
{
    AUTO_FREE struct error **errors = xcalloc(plan->count, sizeof(struct error *));
    struct digesting work = {
        .plan = plan, .manifest = manifest, .errors = errors, .progress = progress
    };
    progress_begin(progress, "reading the parts", manifest->bundled_size);
    parallel_run(plan->count, CHUNK, read_index, &work);
    progress_end(progress);
    if (collect_errors(errors, plan->count, err) || cancel_check(err))
        return -1;
    return check_sum(plan, manifest, err);
}
