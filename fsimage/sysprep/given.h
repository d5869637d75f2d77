/* SPDX-License-Identifier: Apache-2.0 */
/* What the steps of the same run gave to accounts, and sysprep therefore leaves in place. */
#ifndef FORGE_FSIMAGE_SYSPREP_GIVEN_H
#define FORGE_FSIMAGE_SYSPREP_GIVEN_H

#include "fsimage/customize.h"

struct sysprep_search;

/* An authorized_keys file that has keys of the steps'. Strings are owned. */
struct given_file {
    char *directory;      /* the home's ".ssh", which may be a link */
    char *real_directory; /* what that leads to */
    char *named;          /* the file in it, which may be a link */
    char *real;           /* what that leads to */
    struct string_list keys;
    char *text; /* the file without other keys; NULL: it has none, or the text is in a change */
};

struct given {
    struct given_file *files;
    size_t count;
};

/* Does a step make the account USER, or give it a key or a password? STEPS may be NULL. */
bool given_has_account(const struct customize_plan *steps, const char *user);

/* Find in SEARCH's guest what its steps gave, as far as it is still there. */
MUST_CHECK int given_find(struct sysprep_search *search, struct error **err);

/* Does PATH, which has no symbolic links but for the last component, stay because it is, holds, or
 * leads to a file with keys of the steps'? Other keys in that are then added to what is found, to
 * be taken out. */
bool given_stays(struct sysprep_search *search, const char *path);

/* The directory that PATH leads to when it is a ".ssh" with such a file, else PATH; borrowed. */
const char *given_directory(const struct given *given, const char *path);

void given_clear(struct given *given);

#endif
