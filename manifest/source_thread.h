/* SPDX-License-Identifier: Apache-2.0 */
/* A layer that reads ahead in a thread of its own. */
#ifndef FORGE_MANIFEST_SOURCE_THREAD_H
#define FORGE_MANIFEST_SOURCE_THREAD_H

#include "forge/base/source.h"

/* What BELOW gives, read by a thread a few pieces ahead of whoever reads here. BELOW is borrowed,
 * and the thread's until the end has been read here, or until close. Its error comes as soon as it
 * is known, perhaps before the bytes in front of it. */
MUST_CHECK struct source *source_thread_open(struct source *below, struct error **err);

#endif
