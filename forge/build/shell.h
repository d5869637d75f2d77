/* SPDX-License-Identifier: Apache-2.0 */
/* A shell in the guest, on an overlay of the image. */
#ifndef FORGE_BUILD_SHELL_H
#define FORGE_BUILD_SHELL_H

#include "forge/build/build.h"

/* Run the steps of request->plan, which is not NULL, then the guest's own shell on this process's
 * streams, or on the terminal if they are one. What they change goes to request->output, a new
 * image, or is thrown away when that is NULL. A shell on streams that fails is ERROR_GUEST; leaving
 * a terminal by Ctrl-] is ERROR_FAILED when there should have been an output, which is not written
 * then. */
MUST_CHECK int forge_shell(const struct build_request *request, struct progress *progress,
                           struct error **err);

#endif
