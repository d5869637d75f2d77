/* SPDX-License-Identifier: Apache-2.0 */
/* The hand-over to the upload stage: what goes where, in which order, and what comes afterwards.
 *
 * A plan is data only: nothing here talks to a server. plan_script.h turns it into a shell script,
 * plan_json.h into JSON. */
#ifndef FORGE_JOIN_PLAN_H
#define FORGE_JOIN_PLAN_H

#include "forge/base/progress.h"
#include "forge/base/strings.h"

enum plan_direction { PLAN_UPLOAD, PLAN_REMOVAL };

/* One object of the bucket. Digests are NULL in a removal, which reads no part. */
struct plan_object {
    char *key;  /* PREFIX/ + name (FORMAT.md 13) */
    char *name; /* of the file */
    bool is_manifest;
    int64_t size;
    char *md5, *content_md5; /* in hexadecimal, and in base 64 as the header wants it */
    char *sha1, *sha256;
};

/* Strings are owned unless they say otherwise; clear with plan_clear. */
struct plan {
    enum plan_direction direction;
    char *bucket, *prefix; /* the prefix without slashes around it, "" for none */
    char *region;          /* NULL: the upload tool's own default */
    const char *acl;       /* canned; borrowed */
    bool create_bucket;
    char *part_directory, *manifest_directory; /* absolute */
    /* Uploads end with the manifest, removals begin with it: whoever sees a manifest can rely on
     * its parts. */
    struct plan_object *objects;
    size_t count;
    struct string_list left_out; /* keys that are there already */
    struct string_list warnings; /* sentences */

    char *location;             /* BUCKET/PREFIX/NAME.manifest.xml, as RegisterImage wants it */
    char *image_name;           /* fit for RegisterImage */
    const char *virtualization; /* "hvm", "paravirtual"; NULL for a kernel or a ramdisk; borrowed */
    char *architecture, *kernel_id, *ramdisk_id; /* as in the manifest; may be NULL */
};

/* What is asked for; everything is borrowed. */
struct plan_request {
    enum plan_direction direction;
    const char *manifest;
    const char *source; /* where the parts lie; NULL: beside the manifest */
    const char *bucket; /* BUCKET or BUCKET/PREFIX, "s3://" in front is dropped */
    const char *acl;    /* canned: aws-exec-read, public-read; only an upload needs it */
    const char *region; /* may be NULL */
    const char *have;   /* a list of objects that are there (have_list.h); NULL: none */
    bool create_bucket;
};

/* Make the plan of REQUEST. An upload reads and judges every part, on all processors. ERROR_USAGE:
 * impossible bucket, prefix or region; ERROR_INVALID: manifest, list, or two objects of one key;
 * ERROR_MISMATCH: a part that is missing or not the manifest's. */
MUST_CHECK int plan_make(const struct plan_request *request, struct progress *progress,
                         struct plan *out, struct error **err);

int64_t plan_bytes(const struct plan *plan); /* the sum of the objects' sizes */

void plan_clear(struct plan *plan);
#define AUTO_UPLOAD_PLAN __attribute__((cleanup(plan_clear)))

#endif
