/* SPDX-License-Identifier: Apache-2.0 */
/* The rules of the operations of a search, as they apply to the guest that is searched. */
#ifndef FORGE_FSIMAGE_SYSPREP_SEARCH_RULES_H
#define FORGE_FSIMAGE_SYSPREP_SEARCH_RULES_H

#include "fsimage/path_pattern.h"
#include "fsimage/sysprep/search.h"

/* An operation's rule against paths as they really are in the guest. */
struct search_rule {
    const struct sysprep_op *op;
    const struct sysprep_rule *rule;
    char *directory;             /* without symbolic links; NULL: each home directory */
    struct path_pattern pattern; /* for what is below it */
};

/* Fill SEARCH's homes and rules: those of its plan whose directory the guest has. */
MUST_CHECK int search_rules_prepare(struct sysprep_search *search, struct error **err);

/* A path (borrowed), and its parts below each home directory that it is in. */
struct search_path {
    const char *path;
    const char *in_home[4];
    size_t homes;
};
struct search_path search_path_of(const struct sysprep_search *search, const char *path);

/* Whether RULE's pattern is about CANDIDATE, whatever kind of file that is. */
bool search_rule_matches(const struct search_rule *rule, const struct search_path *candidate);

void search_rules_clear(struct sysprep_search *search);

#endif
