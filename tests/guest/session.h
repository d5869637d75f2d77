/* SPDX-License-Identifier: Apache-2.0 */
/* What test programs with one appliance session over an overlay share: its parts, and its end. */
#ifndef FORGE_TESTS_GUEST_SESSION_H
#define FORGE_TESTS_GUEST_SESSION_H

#include "fsimage/guest.h"
#include "fsimage/overlay.h"
#include "tests/unit/images.h"

static char *dir; /* local files, the base of relative paths */
static struct image *base;
static struct overlay *overlay;
static struct guest *guest;

/* BASE is the image at DISK, OVERLAY a new one over it in DIRECTORY. */
static inline int open_overlay(const char *disk, const char *directory, struct error **err)
{
    base = image_open(disk, NULL, err);
    overlay = base ? overlay_create(base, directory, err) : NULL;
    return overlay ? 0 : -1;
}

/* -1, for a set-up that ends here; ERR is taken. */
static inline int no_session(struct error *err)
{
    fprintf(stderr, "no guest session: %s\n", err->message);
    error_free(err);
    return -1;
}

static int close_session(void **state)
{
    (void)state;
    struct error *err = NULL;
    int result = guest ? guest_shutdown(guest, &err) : 0;
    if (result)
        fprintf(stderr, "shutdown: %s\n", err->message);
    error_free(err);
    guest_close(guest);
    overlay_close(overlay);
    image_close(base);
    remove_scratch(dir);
    if (result)
        exit(EXIT_FAILURE); /* a teardown's failure is nothing that cmocka counts */
    return 0;
}

#endif
