/* SPDX-License-Identifier: Apache-2.0 */
/* Turning a bundle back into the image it was made from. */
#include "manifest/bundle_restore.h"
#include "manifest/part_file.h"
#include "manifest/parts_check.h"

/* A flipped byte shows first as damage to the compressed stream, in the middle of its part. Say
 * which part it is, if one is to blame: ERROR is freed then. */
static int blame_part(const struct manifest *manifest, const char *directory, struct error *error,
                      struct error **err)
{
    AUTO_PARTS_VERDICT struct parts_verdict verdict = { 0 };
    if (error->cause == ERROR_MISMATCH &&
        parts_check(manifest, directory, NULL, &verdict, NULL) == 0)
        for (size_t i = 0; i < verdict.count; i++)
            if (verdict.errors[i]) {
                error_free(error);
                return error_move(err, STEAL(verdict.errors[i]));
            }
    return error_move(err, error);
}

int bundle_extract(const struct manifest *manifest, const struct private_key *key,
                   const char *directory, struct device *image, struct progress *progress,
                   int64_t *mtime, struct error **err)
{
    struct cipher_key cipher_key;
    if (bundle_unwrap_key(manifest, key, &cipher_key, err))
        return -1;
    struct error *error = NULL;
    progress_begin(progress, "unbundling", manifest->size);
    int result = parts_present(manifest, directory, &error);
    if (result == 0)
        result = bundle_restore(manifest, &cipher_key, directory, image, progress, mtime, &error);
    cipher_key_wipe(&cipher_key);
    progress_end(progress);
    return result ? blame_part(manifest, directory, error, err) : 0;
}
