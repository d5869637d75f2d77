/* SPDX-License-Identifier: Apache-2.0 */
/* A bundle's manifest in memory: every field of version 2007-10-10, and of the two before it. */
#ifndef FORGE_MANIFEST_MANIFEST_H
#define FORGE_MANIFEST_MANIFEST_H

#include "forge/base/strings.h"
#include "manifest/keys.h"

enum manifest_version { MANIFEST_3, MANIFEST_2007_08_29, MANIFEST_2007_10_10 };

/* Limits on what is read, so that a hostile manifest cannot make us allocate or loop for long. */
enum {
    MANIFEST_MAX_BYTES = 16 << 20,
    MANIFEST_MAX_PARTS = 1 << 20,
    MANIFEST_MAX_PART_SIZE = 1 << 30,
};

struct mapping {
    char *virtual_name; /* ami, root, swap, ephemeralN */
    char *device;
};

struct part {
    char *filename; /* never with a slash, never "." or ".." */
    char *digest;   /* lower-case hex SHA-1 of the file's bytes */
};

/* Strings are owned; an optional element that is missing is NULL, one that is empty is "". */
struct manifest {
    enum manifest_version version;
    char *bundler_name, *bundler_version, *bundler_release;

    char *architecture;
    struct mapping *mappings;
    size_t mapping_count;
    char *kernel_id, *ramdisk_id;
    struct string_list product_codes;

    char *name, *user;
    char *type; /* machine, kernel, ramdisk; NULL before 2007-10-10 */
    char *kernel_name;
    struct string_list ancestry;
    char *digest;                                 /* lower-case hex SHA-1 of the tar stream */
    int64_t size;                                 /* bytes of the image */
    int64_t bundled_size;                         /* bytes of all parts */
    char *ec2_encrypted_key, *user_encrypted_key; /* hex */
    char *ec2_encrypted_iv, *user_encrypted_iv;
    struct part *parts; /* by index, whatever their order in the document */
    size_t part_count;

    char *signature;   /* hex, or UNSIGNED, or "" */
    char *signed_text; /* the bytes the signature is over, cut from the document (FORMAT.md 4) */
    size_t signed_length;
};

/* Parse the manifest at PATH. ERROR_INVALID with the element for anything malformed: not XML, a
 * DOCTYPE, a missing field, numbers out of range, a part name that leads elsewhere. */
MUST_CHECK int manifest_read(const char *path, struct manifest *out, struct error **err);

/* The same from memory; NAME stands for the document in messages. */
MUST_CHECK int manifest_parse(const char *text, size_t length, const char *name,
                              struct manifest *out, struct error **err);

/* The document as AWS's tool writes it (FORMAT.md 5), signed with KEY; owned, *LENGTH bytes. KEY
 * NULL writes the signature text UNSIGNED. manifest->signature and signed_text are not used. */
MUST_CHECK char *manifest_format(const struct manifest *manifest, const struct private_key *key,
                                 size_t *length, struct error **err);

/* 0 when the signature is CERTIFICATE's; ERROR_MISMATCH when it is not or there is none. */
MUST_CHECK int manifest_check_signature(const struct manifest *manifest,
                                        const struct certificate *certificate, struct error **err);

/* Append one mapping (copies) and keep the list sorted by virtual name in byte order. An existing
 * virtual name is replaced. */
void manifest_add_mapping(struct manifest *manifest, const char *virtual_name, const char *device);

const char *manifest_version_text(enum manifest_version version);

void manifest_clear(struct manifest *manifest);
#define AUTO_MANIFEST __attribute__((cleanup(manifest_clear)))

#endif
