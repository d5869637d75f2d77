/* SPDX-License-Identifier: Apache-2.0 */
/* One file of a recipe as text: where it lies, and how a line of it is shown. */
#ifndef FORGE_BUILD_RECIPE_SOURCE_H
#define FORGE_BUILD_RECIPE_SOURCE_H

#include "forge/base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum { RECIPE_SIZE_MAX = 1 << 20 };

/* From BEGIN up to END, in characters from the beginning of the text. */
struct recipe_span {
    size_t begin, end;
};

struct recipe_source {
    char *path;     /* as it was named; messages begin with it */
    char *base_dir; /* relative paths in the file start here */
    char *text;
    size_t length; /* bytes */
    dev_t device;  /* DEVICE and INODE tell files apart; 0 for a text that is none */
    ino_t inode;
    size_t number;              /* among the files of a recipe: they are told of in this order */
    struct recipe_span *hidden; /* what is shown as *** */
    size_t hidden_count;
    bool unseen; /* nothing of the text is shown */
    bool binary; /* the tag !!binary may stand before a text in it */
};

/* A place in a source, borrowed from it. */
struct recipe_place {
    struct recipe_source *source;
    size_t line, column; /* from 1 */
    size_t index;        /* in characters, from 0 */
};

/* Read the file at PATH; more than 1 MiB, and what is no regular file, is ERROR_USAGE. NULL then.
 */
MUST_CHECK struct recipe_source *recipe_source_read(const char *path, struct error **err);

/* LENGTH bytes of TEXT (copied) as if they were the file PATH. */
struct recipe_source *recipe_source_new(const char *path, const char *text, size_t length);

/* Free SOURCE, and wipe its text: it may have a password. */
void recipe_source_free(struct recipe_source *source);
DEFINE_CLEANUP(struct recipe_source *, recipe_source_free)

/* Never show what lies between PLACE and END: it is, or may be, a secret. */
void recipe_source_hide(const struct recipe_place *place, size_t end);

/* "web.yaml:12:5"; owned. */
char *recipe_place_text(const struct recipe_place *place);

/* The line around PLACE, and below it a caret: two lines, each indented and behind a newline.
 * Owned; empty when there is nothing to see. */
char *recipe_place_excerpt(const struct recipe_place *place);

#endif
