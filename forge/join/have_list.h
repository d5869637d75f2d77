/* SPDX-License-Identifier: Apache-2.0 */
/* A list of the objects that a bucket has already, as people and tools write it.
 *
 * A line is one of
 *     KEY
 *     KEY SIZE MD5
 *     DATE TIME SIZE [MD5] KEY       what `aws s3 ls` and `s3cmd ls [--list-md5]` print
 * where KEY is a full key, s3://BUCKET/KEY, or a name without a slash, which stands for that name
 * under the plan's prefix. Other lines match nothing. */
#ifndef FORGE_JOIN_HAVE_LIST_H
#define FORGE_JOIN_HAVE_LIST_H

#include "forge/join/plan.h"

struct have_list;

/* Read the list at PATH, "-" for standard input; lines about other buckets than BUCKET are dropped.
 * ERROR_INVALID when it cannot be read. */
MUST_CHECK struct have_list *have_list_read(const char *path, const char *bucket,
                                            struct error **err);

/* Is OBJECT there, of the size and MD5 that the list gives, if it gives any? */
bool have_list_has(const struct have_list *list, const struct plan_object *object);

void have_list_free(struct have_list *list);
DEFINE_CLEANUP(struct have_list *, have_list_free)

#endif
