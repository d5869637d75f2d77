/* SPDX-License-Identifier: Apache-2.0 */
/* Restoring an image:
 *
 *   parts -> | -> decrypt -> inflate -> digest -> | -> tar member -> device
 *   (size,                   (one gzip  (SHA-1 of      (each run
 *    SHA-1)                   member)    it all)        checked)
 *
 * Each layer pulls from the one before; the loop here pulls from the last. At a | a thread reads
 * ahead; inflating has threads of its own. */
#include "manifest/bundle_restore.h"
#include "forge/base/cpu.h"
#include "manifest/source_decrypt.h"
#include "manifest/source_digest.h"
#include "manifest/source_inflate.h"
#include "manifest/source_parts.h"
#include "manifest/source_thread.h"
#include "manifest/tar_reader.h"

#include <string.h>

/* What a tar stream may have beyond the image's own bytes: headers, padding, small members behind
 * the image. A sparse map needs no more, as each of its entries saves at least 512 bytes. */
enum { TAR_OVERHEAD_MAX = 16 << 20 };

static int check_size(const struct manifest *manifest, int64_t size, struct error **err)
{
    if (size == manifest->size)
        return 0;
    return error_set(err, ERROR_MISMATCH,
                     "the image in the bundle is %s than the manifest says: %lld bytes, not %lld",
                     size > manifest->size ? "larger" : "smaller", (long long)size,
                     (long long)manifest->size);
}

/* Copy the runs of data to IMAGE, with holes between them and behind the last. */
static int copy_runs(struct tar_reader *reader, struct device *image, struct source *parts,
                     struct progress *progress, struct error **err)
{
    int64_t position = 0, offset;
    const void *bytes;
    size_t count;
    int more;
    while ((more = tar_reader_next(reader, &bytes, &count, &offset, err)) > 0) {
        if (offset > position && device_zero(image, position, offset - position, err))
            return -1;
        if (count && device_pwrite(image, bytes, count, offset, err))
            return -1;
        position = offset + (int64_t)count;
        progress_update(progress, source_parts_done(parts));
    }
    if (more < 0)
        return -1;
    return position < image->size ? device_zero(image, position, image->size - position, err) : 0;
}

/* The digest is over the stream to its very end, beyond what the archive's reader wants. */
static int drain(struct source *source, struct error **err)
{
    char buffer[16 << 10];
    ssize_t got;
    do
        got = source_read(source, buffer, sizeof(buffer), err);
    while (got > 0);
    return (int)got;
}

static int check_digest(const struct manifest *manifest, struct digest *digest, struct error **err)
{
    AUTO_FREE char *found = digest_final_hex(digest);
    if (strcmp(found, manifest->digest) == 0)
        return 0;
    return error_set(err, ERROR_MISMATCH,
                     "the image's digest does not match: it is %s, the manifest says %s", found,
                     manifest->digest);
}

static int restore_member(const struct manifest *manifest, struct source *parts, struct source *tar,
                          struct device *image, struct progress *progress, int64_t *mtime,
                          const char **field, struct error **err)
{
    AUTO(tar_reader_close) struct tar_reader *reader = tar_reader_open(tar, err);
    if (!reader)
        return -1;
    if (check_size(manifest, tar_reader_size(reader), err)) {
        *field = "image/size";
        return -1;
    }
    if (copy_runs(reader, image, parts, progress, err))
        return -1;
    if (mtime)
        *mtime = tar_reader_mtime(reader);
    return drain(tar, err);
}

int bundle_restore(const struct manifest *manifest, const struct cipher_key *key,
                   const char *directory, struct device *image, struct progress *progress,
                   int64_t *mtime, const char **field, struct error **err)
{
    *field = "image/digest";
    if (image->size != manifest->size)
        return error_set(err, ERROR_FAILED, "the image to restore into has %lld bytes, not %lld",
                         (long long)image->size, (long long)manifest->size);
    AUTO(digest_free) struct digest *digest = digest_new(DIGEST_SHA1, err);
    AUTO(source_close) struct source *parts = source_parts_open(manifest, directory);
    AUTO(source_close) struct source *fetched = source_thread_open(parts, err);
    AUTO(source_close)
    struct source *plain = fetched ? source_decrypt_open(fetched, key, err) : NULL;
    AUTO(source_close)
    struct source *whole = plain ? source_inflate_open(plain, cpu_count(), err) : NULL;
    if (!digest || !whole)
        return -1;
    AUTO(source_close)
    struct source *digested = source_digest_open(whole, digest, manifest->size + TAR_OVERHEAD_MAX);
    AUTO(source_close) struct source *tar = source_thread_open(digested, err);
    if (!tar)
        return -1;
    if (restore_member(manifest, parts, tar, image, progress, mtime, field, err))
        return -1;
    return check_digest(manifest, digest, err);
}
