/* SPDX-License-Identifier: Apache-2.0 */
/* A manifest for another cloud or region; the parts stay as they are. */
#include "manifest/rekey.h"
#include "manifest/bundle.h"
#include "manifest/cipher.h"

#include <string.h>

/* The fields that are replaced; the rest is borrowed from the old manifest. */
struct replaced {
    char *ec2_key, *ec2_iv;
};

static void replaced_clear(struct replaced *replaced)
{
    free(replaced->ec2_key);
    free(replaced->ec2_iv);
}

/* 16 bytes as 32 digits under RSA (FORMAT.md 4). */
static char *wrap(const struct certificate *certificate, const unsigned char bytes[16],
                  struct error **err)
{
    char *digits = hex_encode(bytes, 16);
    char *wrapped = certificate_encrypt(certificate, digits, strlen(digits), err);
    explicit_bzero(digits, strlen(digits));
    free(digits);
    return wrapped;
}

static int wrap_for(const struct certificate *certificate, const struct cipher_key *key,
                    struct replaced *replaced, struct error **err)
{
    replaced->ec2_key = wrap(certificate, key->key, err);
    if (!replaced->ec2_key)
        return -1;
    replaced->ec2_iv = wrap(certificate, key->iv, err);
    return replaced->ec2_iv ? 0 : -1;
}

/* The id that stands in the new manifest for OLD: as GIVEN, else by the table, else OLD. */
static int replace_id(char **field, const char *given, const struct rekey_options *options,
                      struct error **err)
{
    const char *found = given;
    if (!found && options->id_map && *field) {
        found = id_map_find(options->id_map, *field, options->region, err);
        if (!found)
            return -1;
    }
    if (found)
        *field = *found ? (char *)found : NULL;
    return 0;
}

char *rekey_manifest(const struct manifest *from, const struct rekey_options *options,
                     size_t *length, struct error **err)
{
    __attribute__((cleanup(cipher_key_wipe))) struct cipher_key key = { 0 };
    __attribute__((cleanup(replaced_clear))) struct replaced replaced = { 0 };
    /* Also when nothing is wrapped anew: who cannot open the bundle has no business signing it. */
    if (bundle_unwrap_key(from, options->user_key, &key, err))
        return NULL;
    struct manifest to = *from; /* borrows every field; only formatted, never cleared */
    to.version = MANIFEST_2007_10_10;
    if (!to.type)
        to.type = (char *)"machine";
    if (!to.architecture && from->version == MANIFEST_3)
        to.architecture = (char *)"i386";
    if (options->ec2_certificate) {
        if (wrap_for(options->ec2_certificate, &key, &replaced, err))
            return NULL;
        to.ec2_encrypted_key = replaced.ec2_key;
        to.ec2_encrypted_iv = replaced.ec2_iv;
    }
    if (replace_id(&to.kernel_id, options->kernel_id, options, err) ||
        replace_id(&to.ramdisk_id, options->ramdisk_id, options, err))
        return NULL;
    return manifest_format(&to, options->user_key, length, err);
}
