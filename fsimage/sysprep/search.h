/* SPDX-License-Identifier: Apache-2.0 */
/* The search for what sysprep's operations are about: one walk over the guest's names for all. */
#ifndef FORGE_FSIMAGE_SYSPREP_SEARCH_H
#define FORGE_FSIMAGE_SYSPREP_SEARCH_H

#include "fsimage/sysprep.h"
#include "fsimage/sysprep/given.h"

struct sysprep_search {
    struct guest *guest;                /* borrowed */
    const struct sysprep_plan *plan;    /* borrowed */
    const struct customize_plan *steps; /* that have run before; borrowed, may be NULL */
    struct given given;                 /* what they gave */
    struct sysprep_changes *found;      /* borrowed */
    const struct sysprep_op *op;        /* whose find() or finish() is running */
    struct string_list homes;           /* home directories without symbolic links, sorted */
    char *home_parent;                  /* all directories in it are homes; NULL: none */
    struct search_rule *rules;          /* search_rules.h */
    size_t rule_count;
};

/* Find everything that the operations of PLAN would change, by their rules and their find(), in
 * the guest as it is, and append it to FOUND in the operations' order, nothing twice. Nothing is
 * changed, no symbolic link followed, no program of the guest run. Memory stays bounded whatever
 * the guest holds: the search ends early when FOUND is full, and FOUND's MORE is not 0 then. */
MUST_CHECK int sysprep_search_run(struct sysprep_search *search, struct error **err);

/* Called by find() and finish(): PATH (copied) is to be changed. WHAT may be NULL and is
 * borrowed. */
void sysprep_search_add(struct sysprep_search *search, enum sysprep_action action, const char *path,
                        const char *what);
/* The same for a file whose content is to become TEXT, which is taken. */
void sysprep_search_add_edit(struct sysprep_search *search, const char *path, char *text);

/* 1 and *REAL (owned) when PATH leads to something, without the symbolic links on the way; 0 when
 * not. */
MUST_CHECK int sysprep_search_resolve(struct guest *guest, const char *path, char **real,
                                      struct error **err);

/* TEXT without the lines that begin with one of WORDS (separated by blanks); owned, NULL when there
 * are none. */
char *sysprep_drop_lines(const char *text, const char *words);

/* Keep changes in the order of the operations, and drop what another one does already. */
void sysprep_changes_settle(struct sysprep_changes *changes);

void sysprep_search_clear(struct sysprep_search *search);

#endif
