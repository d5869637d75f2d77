/* SPDX-License-Identifier: Apache-2.0 */
/* The guest session as its own files see it. */
#ifndef FORGE_FSIMAGE_GUEST_GUEST_PRIVATE_H
#define FORGE_FSIMAGE_GUEST_GUEST_PRIVATE_H

#include "fsimage/guest/guest.h"
#include "fsimage/guest/launch.h"

struct guest {
    struct launch *launch; /* the running appliance */
    guestfs_h *handle;     /* borrowed from it */
    char *name;            /* the image's path, for messages */
    enum guest_mode mode;
    struct guest_options options;
    char *ca_certificate; /* contents of options.ca_certificate; NULL: none */
    struct guest_facts facts;
    char *disk;    /* what the appliance's kernel calls libguestfs's first disk; NULL: not asked */
    char *run_dir; /* in the guest: log and certificate of its commands; NULL until the first */
};

/* Fill guest->facts and mount what the guest's fstab names. */
MUST_CHECK int guest_inspect(struct guest *guest, struct error **err);
void guest_facts_clear(struct guest_facts *facts);

/* Read the files that guest commands will need from this host. */
MUST_CHECK int guest_run_prepare(struct guest *guest, struct error **err);

/* A directory of ours inside the guest for as long as its commands run, made if need be; borrowed,
 * NULL on error. */
MUST_CHECK const char *guest_run_directory(struct guest *guest, struct error **err);

/* Remove from the guest what guest_run needed there. */
MUST_CHECK int guest_run_finish(struct guest *guest, struct error **err);

#endif
