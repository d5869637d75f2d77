/* SPDX-License-Identifier: Apache-2.0 */
/* Bundles: made from an image's bytes, checked, and turned back into an image. */
#ifndef FORGE_MANIFEST_BUNDLE_H
#define FORGE_MANIFEST_BUNDLE_H

#include "forge/base/device.h"
#include "forge/base/progress.h"
#include "manifest/manifest.h"

#define BUNDLE_PART_SIZE (10 << 20)          /* FORMAT.md 3 */
#define BUNDLE_IMAGE_MAX (INT64_C(10) << 30) /* AWS's limit, FORMAT.md 15 */

/* Holes are runs of zero bytes of this granularity at multiples of it, found in the content: the
 * same content gives the same tar stream from every host and image format. */
enum { BUNDLE_SPARSE_BLOCK = 64 << 10 };

/* Which ranges of the image are left out of the tar stream as holes. */
enum bundle_sparse {
    BUNDLE_SPARSE_CONTENT, /* runs of zeros, as above */
    BUNDLE_SPARSE_EXTENTS, /* what the device calls zero: for a raw file as GNU tar does it */
    BUNDLE_SPARSE_NONE,    /* none: a plain member */
};

/* What an image can be: machine, kernel, ramdisk; NULL-terminated. */
extern const char *const bundle_type_names[];

struct bundle_stats;

/* The keys at hand; any may be NULL. Borrowed. */
struct bundle_keys {
    const struct certificate *user_certificate;
    const struct private_key *user_key;
    const struct certificate *ec2_certificate;
};

/* What is known when all is written and nothing is published yet; borrowed for the call. */
struct bundle_outcome {
    const struct manifest *manifest;  /* as it will be published */
    const unsigned char *content;     /* SHA-256 of the content, 32 bytes; NULL: not wanted */
    const struct packer_kind *packer; /* what compressed it, and at which level */
    int level;
    const char *workdir; /* where the companion is expected */
};

struct bundle_options {
    const char *directory; /* exists */
    bool replace;          /* NAME.manifest.xml and NAME.part.* may be there: they are replaced */
    const struct manifest
        *fields;             /* name, user, architecture, type, mapping, ids, codes, ancestry */
    struct bundle_keys keys; /* user_key signs; both certificates wrap the AES key */
    int64_t mtime;           /* of the tar member, seconds */
    enum bundle_sparse sparse;
    /* For BUNDLE_SPARSE_EXTENTS: bytes that the image's file takes on its disk; when they are not
     * fewer than its size, GNU tar does not look for holes. 0: look for them. */
    int64_t allocated;
    int64_t part_size;  /* 0: BUNDLE_PART_SIZE */
    int level;          /* 0: 6; 1 to 12, or PACKER_LEVEL_FAST */
    const char *packer; /* NULL: the best of this build for the level; a name of packer.h's table */
    /* Derive AES key, IV and RSA paddings from a secret and the content instead of drawing them:
     * the same content, name and options then give the same bundle, byte for byte. */
    bool reproducible;
    const struct secret *seed;  /* the secret, at least 32 bytes; NULL: the user's key */
    unsigned threads;           /* 0: as many as cpu_count() */
    struct bundle_stats *stats; /* receives what it took; may be NULL */
    bool no_size_checks;        /* allow images over BUNDLE_IMAGE_MAX */
    bool want_content;          /* outcome.content, which costs a SHA-256 of all data */
    /* Called once when all is written and nothing is published yet; an error stops there. For
     * "the input changed while it was read". May be NULL. */
    int (*before_publish)(void *opaque, const struct bundle_outcome *outcome, struct error **err);
    void *before_publish_opaque;
    /* The name of a file that before_publish makes in outcome.workdir and that is published with
     * the bundle, under the same rules; NULL for none. */
    const char *companion;
};

/* What can be refused before any work: a name with a slash or blanks
 * around it, an account that is not 12 digits, an unknown type, a kernel without its name (or a
 * name without a kernel), a key that is not its certificate's, no EC2 certificate, a reproducible
 * bundle without a secret (ERROR_USAGE or ERROR_INVALID), a bundle of that name already in the
 * directory, or one that cannot be written to (ERROR_FAILED). The architecture may still be
 * missing. bundle_create does the same checks. */
MUST_CHECK int bundle_check_options(const struct bundle_options *options, struct error **err);

/* Is an image of SIZE bytes one that can be bundled? ERROR_INVALID: empty, or over
 * BUNDLE_IMAGE_MAX without no_size_checks. bundle_create does the same check. */
MUST_CHECK int bundle_check_size(int64_t size, const struct bundle_options *options,
                                 struct error **err);

/* What compresses a bundle of OPTIONS, NULL when this build has no such packer; and at which level.
 */
const struct packer_kind *bundle_packer(const struct bundle_options *options, int *level);

/* Pack IMAGE into OPTIONS->directory: two passes over its data extents, bounded memory, parts
 * first and the manifest last under their final names, or nothing at all. OUT receives the manifest
 * as written; *MANIFEST_PATH (owned) its path. ERROR_INVALID: empty or too large an image. */
MUST_CHECK int bundle_create(struct device *image, const struct bundle_options *options,
                             struct progress *progress, struct manifest *out, char **manifest_path,
                             struct error **err);

/* Decrypt the AES key and IV of MANIFEST with KEY, trying the user's pair, then the cloud's. A key
 * that opens neither is ERROR_INVALID ("... is not a key of this bundle"). Wipe OUT after use. */
struct cipher_key;
MUST_CHECK int bundle_unwrap_key(const struct manifest *manifest, const struct private_key *key,
                                 struct cipher_key *out, struct error **err);

/* Restore the image of MANIFEST, whose parts lie in DIRECTORY, into IMAGE (its size is
 * manifest->size): writes ascend, holes are device_zero. Part digests, sizes, tar digest and image
 * size are all checked: ERROR_MISMATCH. On failure IMAGE's content is undefined: the caller
 * discards it; REPORT, when not NULL, has every fault then, of which the error tells the first.
 * *MTIME, when not NULL, receives the member's. */
struct bundle_report;
MUST_CHECK int bundle_extract(const struct manifest *manifest, const struct private_key *key,
                              const char *directory, struct device *image,
                              struct progress *progress, int64_t *mtime,
                              struct bundle_report *report, struct error **err);

/* What a check can find. */
enum bundle_check {
    BUNDLE_CHECK_SIGNATURE,
    BUNDLE_CHECK_PARTS,   /* each is there, of the right size and digest */
    BUNDLE_CHECK_SIZES,   /* bundled_size is the sum of the parts */
    BUNDLE_CHECK_KEY,     /* the key opens the bundle */
    BUNDLE_CHECK_CONTENT, /* tar digest and image size */
    BUNDLE_CHECK_COUNT
};
enum bundle_verdict { BUNDLE_NOT_CHECKED, BUNDLE_OK, BUNDLE_BAD };

struct bundle_fault {
    enum bundle_check check;
    enum error_cause cause;
    int part;          /* index, or -1 */
    const char *field; /* the manifest's element that is contradicted, under /manifest or, of a
                          part, under its element: "image/size", "digest"; NULL: none */
    char *message;
};

/* {0} is "nothing checked". */
struct bundle_report {
    enum bundle_verdict verdicts[BUNDLE_CHECK_COUNT];
    struct bundle_fault *faults; /* every one found, in order */
    size_t fault_count;
};

/* Check MANIFEST and its parts in DIRECTORY as far as the keys at hand allow; every fault goes
 * into REPORT. -1 only when checking itself was impossible (memory, interruption). */
MUST_CHECK int bundle_verify(const struct manifest *manifest, const struct bundle_keys *keys,
                             const char *directory, struct progress *progress,
                             struct bundle_report *report, struct error **err);

const char *bundle_check_name(enum bundle_check check); /* "signature", "parts", ... */
void bundle_report_clear(struct bundle_report *report);
#define AUTO_REPORT __attribute__((cleanup(bundle_report_clear)))

#endif
