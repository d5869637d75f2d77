/* SPDX-License-Identifier: Apache-2.0 */
/* Where each element of a manifest belongs in struct manifest, and what its text has to be. */
#ifndef FORGE_MANIFEST_MANIFEST_FIELDS_H
#define FORGE_MANIFEST_MANIFEST_FIELDS_H

#include "manifest/manifest.h"

/* What an element's text has to be, never with control characters. Blanks around it do not count,
 * nor do any in hexadecimal. */
enum field_kind {
    FIELD_GROUP, /* holds elements, no text of its own */
    FIELD_TEXT,
    FIELD_FILE_NAME, /* text that names a file in the bundle's own directory */
    FIELD_LIST,      /* text; goes to a string list */
    FIELD_SHA1,      /* 40 hexadecimal digits */
    FIELD_CIPHER,    /* hexadecimal, as long as an RSA modulus */
    FIELD_SIGNATURE, /* the same, or UNSIGNED, or nothing */
    FIELD_NUMBER,    /* 0 to 2^62 */
    FIELD_VERSION,
};

/* Which struct OFFSET is in: the manifest, or the element's own mapping or part. */
enum field_owner { OWNER_MANIFEST, OWNER_MAPPING, OWNER_PART };

enum {
    FIELD_REQUIRED = 1 << 0,
    FIELD_REPEATS = 1 << 1, /* may appear more than once in its parent */
    FIELD_MAY_BE_EMPTY = 1 << 2,
};

struct field {
    const char *path; /* from the root, such as manifest/image/size */
    enum field_kind kind;
    unsigned flags;
    enum field_owner owner;
    size_t offset;
    const char *algorithm; /* what an attribute "algorithm" has to say, when there is one */
};

extern const struct field manifest_fields[];
extern const size_t manifest_field_count;

/* True for the kinds whose text is hexadecimal. */
bool field_is_hex(const struct field *field);

/* PATH without its root, as messages name it: image/size. */
const char *field_name(const struct field *field);

/* Check TEXT (trimmed, not NULL) and store it in OWNER, the struct that FIELD->owner names. The
 * message does not repeat the field's name. */
MUST_CHECK int field_store(const struct field *field, void *owner, const char *text,
                           struct error **err);

#endif
