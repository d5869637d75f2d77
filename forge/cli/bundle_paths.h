/* SPDX-License-Identifier: Apache-2.0 */
/* Manifests named on the command line, a directory standing for all that lie in it. */
#ifndef FORGE_CLI_BUNDLE_PATHS_H
#define FORGE_CLI_BUNDLE_PATHS_H

#include "forge/base/strings.h"

/* Append PATH, or when it is a directory every *.manifest.xml in it, sorted; ERROR_INVALID when
 * there is none. */
MUST_CHECK int bundle_paths_add(struct string_list *paths, const char *path, struct error **err);

#endif
