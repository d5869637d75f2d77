/* SPDX-License-Identifier: Apache-2.0 */
/* SHA-256 of files, taken beside other work by a thread of their own. */
#ifndef FORGE_BUILD_FILE_DIGESTS_H
#define FORGE_BUILD_FILE_DIGESTS_H

#include "forge/base/strings.h"

struct file_digests;

/* Start to read the files at PATHS (copied), one after the other. */
MUST_CHECK struct file_digests *file_digests_start(const struct string_list *paths,
                                                   struct error **err);

/* Wait for all of them; HEX (borrowed, as long as DIGESTS live) receives one for each path,
 * empty for what is no file. An
 * unreadable file is ERROR_FAILED, a signal ERROR_INTERRUPTED. */
MUST_CHECK int file_digests_finish(struct file_digests *digests, const struct string_list **hex,
                                   struct error **err);

/* Stops what is still being read. */
void file_digests_close(struct file_digests *digests);
DEFINE_CLEANUP(struct file_digests *, file_digests_close)

#endif
