/* SPDX-License-Identifier: Apache-2.0 */
/* A private directory beside the output: work happens there, finished files are published by
 * rename. */
#ifndef FORGE_BASE_WORKDIR_H
#define FORGE_BASE_WORKDIR_H

#include "forge/base/error.h"

#include <stdbool.h>
#include <stdint.h>

struct workdir;

/* Make `.forge-XXXXXX` (mode 0700) inside PARENT, which must exist, and hold a lock on it. What a
 * killed run left there (same name pattern, same owner, lock free) is removed first. */
MUST_CHECK struct workdir *workdir_create(const char *parent, struct error **err);

const char *workdir_path(const struct workdir *workdir);

/* Owned path of NAME inside. */
char *workdir_file(const struct workdir *workdir, const char *name);

/* The directory stays when it is closed, and no later run takes it for left over. */
MUST_CHECK int workdir_keep(struct workdir *workdir, struct error **err);

/* Remove the directory with all that is still in it, unless it is kept. */
void workdir_close(struct workdir *workdir);
DEFINE_CLEANUP(struct workdir *, workdir_close)

/* May a file that is made from INPUT (a path; NULL: of no concern) be published as TO? ERROR_FAILED
 * when something is there and REPLACE is not set; ERROR_USAGE when it is the input, which stays as
 * it is, or no file: a device must not be lost under a new name. */
MUST_CHECK int publish_check(const char *to, const char *input, bool replace, struct error **err);

/* Give the finished file FROM its final name TO (one file system), under the rules of
 * publish_check. FROM is synced first. */
MUST_CHECK int publish_file(const char *from, const char *to, bool replace, struct error **err);

/* Fail (ERROR_FAILED, with both figures) when the file system of DIR has fewer than NEEDED bytes
 * free; WHAT names what needs them. */
MUST_CHECK int require_space(const char *dir, int64_t needed, const char *what, struct error **err);

/* The directory for large temporary files: TMPDIR (the option, may be NULL), else $TMPDIR, else
 * /var/tmp. Borrowed. */
const char *temporary_parent(const char *tmpdir);

/* A file without a name in temporary_parent(NULL), to write and to read; owned descriptor, -1 on
 * error. */
MUST_CHECK int temporary_file(struct error **err);

#endif
