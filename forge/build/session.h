/* SPDX-License-Identifier: Apache-2.0 */
/* From the argument of a verb to the disk that comes out: input, overlay, guest, layout. */
#ifndef FORGE_BUILD_SESSION_H
#define FORGE_BUILD_SESSION_H

#include "forge/build/build.h"
#include "forge/build/in_place.h"
#include "forge/build/layout_source.h"

struct session {
    const struct build_request *request; /* borrowed */
    struct layout_request layout;        /* what of the request's is still to be done */
    struct workdir *workdir;             /* NULL when nothing is written on the way */
    struct input *input;                 /* NULL for files */
    struct image *bare; /* files as a file system that the appliance can open; NULL for others */
    const struct image *image; /* the input's or the bare one; NULL when files are all it needs */
    struct report *report;     /* NULL when none is wanted */
    struct overlay *overlay;
    struct sysprep_changes sysprep; /* what it did, or would do */
    struct in_place in_place;       /* of a disk that is kept and changes its size */
    struct layout_source source;
    struct image *disk;         /* the fresh disk; NULL when the layout is kept */
    bool left;                  /* a shell on a terminal, with the appliance: nothing comes out */
    const struct image *result; /* what comes out: one of the above */
};

/* Do all of REQUEST that precedes its output, with at most one launch of the appliance. Large
 * temporary files go to the input's tmpdir, or else to OUTPUT_DIR; a fresh disk to the new file
 * DISK, or when that is NULL among them. Without OUTPUT_DIR there will be no output, and none is
 * prepared. SESSION is {0} before; clear it afterwards, whatever happened. */
MUST_CHECK int session_run(struct session *session, const struct build_request *request,
                           const char *output_dir, const char *disk, struct progress *progress,
                           struct error **err);

/* The bytes of what SESSION came to; owned. Of a disk that is kept without what its file systems
 * call free, if that is wanted: ERROR_INVALID when one of them cannot tell. */
MUST_CHECK struct device *session_device(const struct session *session, struct error **err);

/* The guest's shell, as request->guest.shell says. */
MUST_CHECK int session_shell(struct session *session, struct guest *guest, struct error **err);

/* STEP failed in GUEST: keep the overlay with all that it needs, and say so in STEP's message. The
 * appliance ends. */
void session_keep_overlay(struct session *session, struct guest *guest, struct error *step);

/* Fail (ERROR_FAILED) when the input changed in the meantime. */
MUST_CHECK int session_check_input(const struct session *session, struct error **err);

void session_clear(struct session *session);
#define AUTO_SESSION __attribute__((cleanup(session_clear)))

#endif
