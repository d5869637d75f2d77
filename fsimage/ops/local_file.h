/* SPDX-License-Identifier: Apache-2.0 */
/* Local files that a step names, looked at before the launch. */
#ifndef FORGE_FSIMAGE_OPS_LOCAL_FILE_H
#define FORGE_FSIMAGE_OPS_LOCAL_FILE_H

#include "fsimage/customize.h"

/* NAME relative to the step's base directory; owned. */
char *local_path(const struct customize_step *step, const char *name);

/* ERROR_USAGE unless PATH is a regular file that can be read. EXECUTABLE, when not NULL, receives
 * whether anybody may execute it. */
MUST_CHECK int local_file_check(const char *path, bool *executable, struct error **err);

/* The content of a text file of at most 1 MiB, NUL-terminated; owned. ERROR_USAGE. */
MUST_CHECK char *local_file_read(const char *path, struct error **err);

#endif
