/* SPDX-License-Identifier: Apache-2.0 */
/* Passing bytes on, digested and counted. */
#include "manifest/source_digest.h"
#include "forge/base/memory.h"

struct source_digest {
    struct source source;
    struct source *below;
    struct digest *digest;
    int64_t left; /* bytes that may still come */
};

static ssize_t digest_read(struct source *source, void *buffer, size_t count, struct error **err)
{
    struct source_digest *digester = container_of(source, struct source_digest, source);
    ssize_t got = source_read(digester->below, buffer, count, err);
    if (got <= 0)
        return got;
    if (got > digester->left)
        return error_set(err, ERROR_MISMATCH,
                         "the archive is larger than the manifest's image size allows");
    digester->left -= got;
    digest_update(digester->digest, buffer, (size_t)got);
    return got;
}

static void digest_close(struct source *source)
{
    free(container_of(source, struct source_digest, source));
}

static const struct source_ops digest_ops = { .read = digest_read, .close = digest_close };

struct source *source_digest_open(struct source *below, struct digest *digest, int64_t limit)
{
    struct source_digest *digester = NEW(struct source_digest);
    digester->source.ops = &digest_ops;
    digester->below = below;
    digester->digest = digest;
    digester->left = limit;
    return &digester->source;
}
