/* SPDX-License-Identifier: Apache-2.0 */
/* Where the time goes while a bundle is made: each stage's processor time, each thread's waits. */
#ifndef FORGE_MANIFEST_BUNDLE_STATS_H
#define FORGE_MANIFEST_BUNDLE_STATS_H

#include "forge/base/stage.h"

/* In the order in which bytes pass through. */
enum bundle_stage {
    STAGE_SCAN_READ,
    STAGE_SCAN,
    STAGE_CONTENT,
    STAGE_READ,
    STAGE_SHA1,
    STAGE_DEFLATE,
    STAGE_CHECK,
    STAGE_CRC,
    STAGE_ENCRYPT,
    STAGE_PART_SHA1,
    STAGE_PART_WRITE,
    STAGE_COUNT
};

/* Who works: a stage is one thread's, or that of several of one kind. */
enum bundle_thread {
    THREAD_SCAN_READER,
    THREAD_SCANNERS,
    THREAD_SCAN_COLLECTOR,
    THREAD_READER,
    THREAD_PACKERS,
    THREAD_ENCRYPTOR,
    THREAD_PART_WRITER,
    THREAD_COUNT
};

/* {0} before. A stage is written by its thread alone, what several threads did is added up when
 * they have been joined. */
struct bundle_stats {
    struct stage stages[STAGE_COUNT];
    int64_t waits[THREAD_COUNT]; /* nanoseconds, of packers and scanners their sum */
    unsigned packers;            /* how many of these there were */
};

/* How each is called, and who does it. */
struct bundle_stage_row {
    const char *name; /* "deflate" */
    const char *what; /* for people, no full stop */
    enum bundle_thread thread;
};
extern const struct bundle_stage_row bundle_stage_rows[STAGE_COUNT];
extern const char *const bundle_thread_names[THREAD_COUNT];

#endif
