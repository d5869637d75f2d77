/* SPDX-License-Identifier: Apache-2.0 */
/* The part of Perl that edits lines: s/x/y/flags, y/abc/xyz/ and several of them between
 * semicolons. */
#ifndef FORGE_FSIMAGE_OPS_EDIT_EXPRESSION_H
#define FORGE_FSIMAGE_OPS_EDIT_EXPRESSION_H

#include "forge/base/error.h"

#include <stddef.h>

struct edit_expression;

/* Compile TEXT. *EXPRESSION is NULL, without an error, when TEXT is some other Perl that only perl
 * can run; a mistake in what is ours is ERROR_USAGE. */
MUST_CHECK int edit_expression_compile(const char *text, struct edit_expression **expression,
                                       struct error **err);

/* Apply it to each line of TEXT, its newline included, as `perl -p` does: owned, NUL-terminated
 * result of *RESULT_LENGTH bytes. ERROR_GUEST when a line is too much for the pattern. */
MUST_CHECK char *edit_expression_apply(const struct edit_expression *expression, const char *text,
                                       size_t length, size_t *result_length, struct error **err);

void edit_expression_free(struct edit_expression *expression);
DEFINE_CLEANUP(struct edit_expression *, edit_expression_free)

#endif
