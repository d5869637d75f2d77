/* SPDX-License-Identifier: Apache-2.0 */
/* The table of a manifest's elements (FORMAT.md 5, 6), and the checks of their texts. */
#include "manifest/manifest_fields.h"

#include <ctype.h>
#include <string.h>

enum {
    CIPHER_DIGITS_MIN = 128,  /* a modulus of 512 bits */
    CIPHER_DIGITS_MAX = 4096, /* of 16384, the most OpenSSL takes */
    LIST_MAX = 1024,
};

#define IN_MANIFEST(member) OWNER_MANIFEST, offsetof(struct manifest, member)
#define IN_MAPPING(member)  OWNER_MAPPING, offsetof(struct mapping, member)
#define IN_PART(member)     OWNER_PART, offsetof(struct part, member)
#define IN_NONE             OWNER_MANIFEST, 0

#define CONFIGURATION "manifest/machine_configuration"

/* clang-format off */
const struct field manifest_fields[] = {
    { "manifest", FIELD_GROUP, FIELD_REQUIRED, IN_NONE, NULL },
    { "manifest/version", FIELD_VERSION, FIELD_REQUIRED, IN_MANIFEST(version), NULL },
    { "manifest/bundler", FIELD_GROUP, 0, IN_NONE, NULL },
    { "manifest/bundler/name", FIELD_TEXT, FIELD_MAY_BE_EMPTY, IN_MANIFEST(bundler_name), NULL },
    { "manifest/bundler/version", FIELD_TEXT, FIELD_MAY_BE_EMPTY, IN_MANIFEST(bundler_version), NULL },
    { "manifest/bundler/release", FIELD_TEXT, FIELD_MAY_BE_EMPTY, IN_MANIFEST(bundler_release), NULL },

    { CONFIGURATION, FIELD_GROUP, 0, IN_NONE, NULL },
    { CONFIGURATION "/architecture", FIELD_TEXT, 0, IN_MANIFEST(architecture), NULL },
    { CONFIGURATION "/block_device_mapping", FIELD_GROUP, 0, IN_NONE, NULL },
    { CONFIGURATION "/block_device_mapping/mapping", FIELD_GROUP, FIELD_REPEATS, IN_NONE, NULL },
    { CONFIGURATION "/block_device_mapping/mapping/virtual", FIELD_TEXT, 0, IN_MAPPING(virtual_name), NULL },
    { CONFIGURATION "/block_device_mapping/mapping/device", FIELD_TEXT, 0, IN_MAPPING(device), NULL },
    { CONFIGURATION "/kernel_id", FIELD_TEXT, FIELD_MAY_BE_EMPTY, IN_MANIFEST(kernel_id), NULL },
    { CONFIGURATION "/ramdisk_id", FIELD_TEXT, FIELD_MAY_BE_EMPTY, IN_MANIFEST(ramdisk_id), NULL },
    { CONFIGURATION "/product_codes", FIELD_GROUP, 0, IN_NONE, NULL },
    { CONFIGURATION "/product_codes/product_code", FIELD_LIST, FIELD_REPEATS, IN_MANIFEST(product_codes), NULL },

    { "manifest/image", FIELD_GROUP, FIELD_REQUIRED, IN_NONE, NULL },
    { "manifest/image/name", FIELD_FILE_NAME, FIELD_REQUIRED, IN_MANIFEST(name), NULL },
    { "manifest/image/user", FIELD_TEXT, FIELD_REQUIRED, IN_MANIFEST(user), NULL },
    { "manifest/image/type", FIELD_TEXT, 0, IN_MANIFEST(type), NULL },
    { "manifest/image/kernel_name", FIELD_TEXT, 0, IN_MANIFEST(kernel_name), NULL },
    { "manifest/image/ancestry", FIELD_GROUP, 0, IN_NONE, NULL },
    { "manifest/image/ancestry/ancestor_ami_id", FIELD_LIST, FIELD_REPEATS, IN_MANIFEST(ancestry), NULL },
    { "manifest/image/digest", FIELD_SHA1, FIELD_REQUIRED, IN_MANIFEST(digest), "SHA1" },
    { "manifest/image/size", FIELD_NUMBER, FIELD_REQUIRED, IN_MANIFEST(size), NULL },
    { "manifest/image/bundled_size", FIELD_NUMBER, FIELD_REQUIRED, IN_MANIFEST(bundled_size), NULL },
    { "manifest/image/ec2_encrypted_key", FIELD_CIPHER, FIELD_REQUIRED, IN_MANIFEST(ec2_encrypted_key), "AES-128-CBC" },
    { "manifest/image/user_encrypted_key", FIELD_CIPHER, FIELD_REQUIRED | FIELD_MAY_BE_EMPTY, IN_MANIFEST(user_encrypted_key), "AES-128-CBC" },
    { "manifest/image/ec2_encrypted_iv", FIELD_CIPHER, FIELD_REQUIRED, IN_MANIFEST(ec2_encrypted_iv), NULL },
    { "manifest/image/user_encrypted_iv", FIELD_CIPHER, FIELD_REQUIRED | FIELD_MAY_BE_EMPTY, IN_MANIFEST(user_encrypted_iv), NULL },
    { "manifest/image/parts", FIELD_GROUP, FIELD_REQUIRED, IN_NONE, NULL },
    { "manifest/image/parts/part", FIELD_GROUP, FIELD_REPEATS, IN_NONE, NULL },
    { "manifest/image/parts/part/filename", FIELD_FILE_NAME, 0, IN_PART(filename), NULL },
    { "manifest/image/parts/part/digest", FIELD_SHA1, 0, IN_PART(digest), "SHA1" },

    { "manifest/signature", FIELD_SIGNATURE, FIELD_REQUIRED | FIELD_MAY_BE_EMPTY, IN_MANIFEST(signature), NULL },
};
/* clang-format on */
const size_t manifest_field_count = ARRAY_SIZE(manifest_fields);

const char *field_name(const struct field *field)
{
    const char *slash = strchr(field->path, '/');
    return slash ? slash + 1 : field->path;
}

bool field_is_hex(const struct field *field)
{
    return field->kind == FIELD_SHA1 || field->kind == FIELD_CIPHER ||
           field->kind == FIELD_SIGNATURE;
}

/* Control characters, also those of ISO 8859-1 as UTF-8 (U+0080 to U+009F): they could move a
 * terminal's cursor, and no field has a use for them. */
static bool has_control_character(const char *text)
{
    for (const unsigned char *at = (const unsigned char *)text; *at; at++)
        if (*at < ' ' || *at == 0x7f || (at[0] == 0xc2 && at[1] >= 0x80 && at[1] < 0xa0))
            return true;
    return false;
}

static int check_text(const char *text, struct error **err)
{
    if (has_control_character(text))
        return error_set(err, ERROR_INVALID, "holds a control character");
    return 0;
}

static int check_file_name(const char *text, struct error **err)
{
    if (strchr(text, '/') || strcmp(text, ".") == 0 || strcmp(text, "..") == 0 ||
        strlen(text) > 255)
        return error_set(err, ERROR_INVALID, "is not the name of a file in the bundle: \"%s\"",
                         text);
    return 0;
}

static bool is_hex_text(const char *text)
{
    return strspn(text, "0123456789abcdefABCDEF") == strlen(text);
}

static int check_sha1(const char *text, struct error **err)
{
    if (strlen(text) != 40 || !is_hex_text(text))
        return error_set(err, ERROR_INVALID, "is not a SHA-1 digest in hexadecimal");
    return 0;
}

static int check_cipher(const char *text, struct error **err)
{
    size_t digits = strlen(text);
    if (!is_hex_text(text) || digits % 2)
        return error_set(err, ERROR_INVALID, "is not hexadecimal");
    if (*text && (digits < CIPHER_DIGITS_MIN || digits > CIPHER_DIGITS_MAX))
        return error_set(err, ERROR_INVALID, "has %zu digits, which no RSA key makes", digits);
    return 0;
}

static int check_signature(const char *text, struct error **err)
{
    return strcmp(text, "UNSIGNED") == 0 ? 0 : check_cipher(text, err);
}

static int store_string(char **slot, const char *text)
{
    free(*slot);
    *slot = xstrdup(text);
    return 0;
}

/* Hexadecimal of any case as lower case. */
static int store_hex(char **slot, const char *text)
{
    store_string(slot, text);
    for (char *at = *slot; *at; at++)
        *at = (char)tolower((unsigned char)*at);
    return 0;
}

static int store_list(struct string_list *list, const char *text, struct error **err)
{
    if (list->count >= LIST_MAX)
        return error_set(err, ERROR_INVALID, "appears more than %d times", LIST_MAX);
    string_list_add(list, text);
    return 0;
}

static int store_number(int64_t *slot, const char *text, struct error **err)
{
    if (!parse_integer(text, 0, INT64_C(1) << 62, slot))
        return error_set(err, ERROR_INVALID, "is not a number in range: \"%.32s\"", text);
    return 0;
}

static int store_version(enum manifest_version *slot, const char *text, struct error **err)
{
    static const struct {
        const char *text;
        enum manifest_version version;
    } known[] = {
        { "3", MANIFEST_3 },
        { "20070829", MANIFEST_2007_08_29 },
        { "2007-08-29", MANIFEST_2007_08_29 },
        { "2007-10-10", MANIFEST_2007_10_10 },
    };
    for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
        if (strcmp(text, known[i].text) == 0) {
            *slot = known[i].version;
            return 0;
        }
    }
    return error_set(err, ERROR_INVALID, "is \"%.32s\", none of 3, 2007-08-29 and 2007-10-10",
                     text);
}

int field_store(const struct field *field, void *owner, const char *text, struct error **err)
{
    if (!*text && !(field->flags & FIELD_MAY_BE_EMPTY))
        return error_set(err, ERROR_INVALID, "is empty");
    if (check_text(text, err))
        return -1;
    void *slot = (char *)owner + field->offset;
    switch (field->kind) {
    case FIELD_GROUP:
        return 0;
    case FIELD_TEXT:
        return store_string(slot, text);
    case FIELD_FILE_NAME:
        return check_file_name(text, err) ? -1 : store_string(slot, text);
    case FIELD_LIST:
        return store_list(slot, text, err);
    case FIELD_SHA1:
        return check_sha1(text, err) ? -1 : store_hex(slot, text);
    case FIELD_CIPHER:
        return check_cipher(text, err) ? -1 : store_hex(slot, text);
    case FIELD_SIGNATURE:
        if (check_signature(text, err))
            return -1;
        return strcmp(text, "UNSIGNED") == 0 ? store_string(slot, text) : store_hex(slot, text);
    case FIELD_NUMBER:
        return store_number(slot, text, err);
    case FIELD_VERSION:
        return store_version(slot, text, err);
    }
    return error_set(err, ERROR_FAILED, "is of no known kind");
}
