/* SPDX-License-Identifier: Apache-2.0 */
/* A source becomes one gzip member in a sink, by as many threads as wanted. */
#ifndef FORGE_MANIFEST_PACK_STREAM_H
#define FORGE_MANIFEST_PACK_STREAM_H

#include "forge/base/progress.h"
#include "forge/base/sink.h"
#include "forge/base/source.h"
#include "manifest/bundle_stats.h"
#include "manifest/packer.h"

struct pack_options {
    const struct packer_kind *kind;
    int level;
    unsigned threads;           /* packers, at least 1 */
    struct progress *progress;  /* a step has begun; may be NULL */
    struct bundle_stats *stats; /* receives what it took, the sink's part included in "encrypt" */
};

/* Pack all of SOURCE into SINK and finish it: the same bytes for every number of threads. Both
 * are borrowed; SOURCE is read by a thread of its own until this returns. *DIGEST receives the
 * SHA-1 of what SOURCE gave, as owned hex. */
MUST_CHECK int pack_stream(struct source *source, struct sink *sink,
                           const struct pack_options *options, char **digest, struct error **err);

#endif
