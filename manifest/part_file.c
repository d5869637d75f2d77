/* SPDX-License-Identifier: Apache-2.0 */
/* Part files: only regular ones, within their limits, with the digest that the manifest gives. */
#include "manifest/part_file.h"
#include "manifest/bundle.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

/* Any failure begins with these words. */
#define PART "part %zu (%s) "

int part_open(const struct manifest *manifest, size_t index, const char *directory, int64_t *size,
              struct error **err)
{
    const char *name = manifest->parts[index].filename;
    AUTO_FREE char *path = path_join(directory, name);
    /* O_NONBLOCK: a pipe in the place of a part must not hold us up. */
    AUTO_FD int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
        return error_set(err, ERROR_MISMATCH, PART "is missing from %s", index, name, directory);
    struct stat status;
    if (fd < 0 || fstat(fd, &status))
        return error_set_errno(err, "opening " PART "in %s", index, name, directory);
    if (!S_ISREG(status.st_mode))
        return error_set(err, ERROR_MISMATCH, PART "is not a regular file", index, name);
    if (status.st_size > MANIFEST_MAX_PART_SIZE)
        return error_set(err, ERROR_MISMATCH, PART "has %lld bytes, more than any part", index,
                         name, (long long)status.st_size);
    if (size)
        *size = status.st_size;
    return steal_fd(&fd);
}

/* How long part INDEX should be, or -1: the manifest does not say, but all known tools cut at
 * BUNDLE_PART_SIZE, and euca2ools adds an empty part when the stream ends at a cut. Good enough for
 * a message; never for a verdict. */
static int64_t likely_size(const struct manifest *manifest, size_t index)
{
    int64_t before = (int64_t)(manifest->part_count - 1) * BUNDLE_PART_SIZE;
    int64_t last = manifest->bundled_size - before;
    if (last < 0 || last > BUNDLE_PART_SIZE)
        return -1;
    return index + 1 < manifest->part_count ? BUNDLE_PART_SIZE : last;
}

static int wrong_size(const struct manifest *manifest, size_t index, int64_t size,
                      struct error **err)
{
    int64_t likely = likely_size(manifest, index);
    return error_set(err, ERROR_MISMATCH, PART "is too %s: it has %lld bytes, not %lld", index,
                     manifest->parts[index].filename, size < likely ? "short" : "long",
                     (long long)size, (long long)likely);
}

static bool has_wrong_size(const struct manifest *manifest, size_t index, int64_t size)
{
    int64_t likely = likely_size(manifest, index);
    return likely >= 0 && likely != size;
}

int part_judge(const struct manifest *manifest, size_t index, int64_t size, const char *digest,
               struct error **err)
{
    const struct part *part = &manifest->parts[index];
    if (strcmp(digest, part->digest) == 0)
        return 0;
    if (has_wrong_size(manifest, index, size))
        return wrong_size(manifest, index, size, err);
    return error_set(err, ERROR_MISMATCH, PART "is damaged: its SHA-1 is %s, the manifest says %s",
                     index, part->filename, digest, part->digest);
}

int parts_present(const struct manifest *manifest, const char *directory, struct error **err)
{
    int64_t total = 0;
    size_t suspect = manifest->part_count;
    int64_t suspect_size = 0;
    for (size_t i = 0; i < manifest->part_count; i++) {
        int64_t size;
        AUTO_FD int fd = part_open(manifest, i, directory, &size, err);
        if (fd < 0)
            return -1;
        total += size; /* at most MANIFEST_MAX_PARTS * MANIFEST_MAX_PART_SIZE: 2^50 */
        if (suspect == manifest->part_count && has_wrong_size(manifest, i, size)) {
            suspect = i;
            suspect_size = size;
        }
    }
    if (total == manifest->bundled_size)
        return 0;
    if (suspect < manifest->part_count)
        return wrong_size(manifest, suspect, suspect_size, err);
    return error_set(err, ERROR_MISMATCH, "the parts have %lld bytes, the manifest says %lld",
                     (long long)total, (long long)manifest->bundled_size);
}
