/* SPDX-License-Identifier: Apache-2.0 */
/* The old command names: a link to this program that is called like one of Amazon's AMI tools takes
 * that tool's options, prints its lines and ends with its statuses. */
#ifndef FORGE_COMPAT_COMPAT_H
#define FORGE_COMPAT_COMPAT_H

#include "forge/base/progress.h"
#include "forge/compat/arguments.h"
#include "manifest/keys.h"

/* Exit statuses that scripts around the old tools may test (FORMAT.md 9). */
enum compat_status {
    COMPAT_DONE = 0,
    COMPAT_BAD_OPTION = 1,
    COMPAT_PACKING_FAILED = 1,
    COMPAT_FILE = 2,       /* a backup exists already */
    COMPAT_NO_MAPPING = 6, /* the table has no counterpart of an id */
    COMPAT_LOOKUP = 7,     /* counterparts cannot be asked for */
    COMPAT_METADATA = 12,  /* nor can an instance's metadata */
    COMPAT_FAILED = 254,
    COMPAT_INTERRUPTED = 255,
};

/* What every tool takes. */
struct compat_common {
    bool help, version, manual, batch, debug;
    const char *passphrase; /* where the private key's is */
};

/* One run of a tool; borrowed. */
struct compat_run {
    const struct compat_common *common;
    void *values;
    struct progress *progress;
    int status; /* set by the tool for an error whose cause says too little; 0: by the cause */
};

struct compat_tool {
    const char *name;
    const char *manual; /* what it does, in paragraphs */
    const struct argument_row *rows;
    size_t row_count;
    const struct argument_row *shared_rows; /* the same of the values' first member; may be NULL */
    size_t shared_row_count;
    size_t values_size;
    bool (*waives)(const void *values); /* whether VALUES need no mandatory options; may be NULL */
    int (*run)(struct compat_run *run, struct error **err);
    void (*clear)(void *values); /* frees what is in VALUES; may be NULL */
};

extern const struct compat_tool compat_bundle_image, compat_bundle_vol, compat_unbundle,
    compat_migrate_manifest;

/* The tool that a program called PATH (argv[0]) stands in for, or NULL. */
const struct compat_tool *compat_find(const char *path);

/* Run TOOL and return its exit status; errors have been reported. */
int compat_main(const struct compat_tool *tool, int argc, char *argv[]);

/* Read the private key at PATH; a passphrase comes from --passphrase, never from a prompt. */
MUST_CHECK struct private_key *compat_read_key(const char *path, const struct compat_common *common,
                                               struct error **err);

/* A line on stderr, as the old tools write them. */
void compat_warn(const char *format, ...) PRINTF_LIKE(1, 2);

#endif
