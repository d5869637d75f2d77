/* SPDX-License-Identifier: Apache-2.0 */
/* The key and IV of a new bundle (FORMAT.md 4), by chance or from a secret and the content. */
#include "manifest/bundle_key.h"
#include "forge/base/digest.h"
#include "manifest/derive.h"
#include "manifest/packer.h"

#include <string.h>

/* All that decides about the bytes which are encrypted: the content, the archive's headers (name,
 * time, holes), and how it is compressed. Two streams that differ in any of it have two contexts,
 * and so never one key and IV. */
static int stream_context(const struct bundle_options *options, const struct tar_member *member,
                          const unsigned char content[DIGEST_MAX],
                          unsigned char context[DIGEST_MAX], struct error **err)
{
    AUTO(digest_free) struct digest *digest = digest_new(DIGEST_SHA256, err);
    if (!digest)
        return -1;
    int level;
    const struct packer_kind *kind = bundle_packer(options, &level);
    AUTO_FREE char *how = xasprintf("forge reproducible bundle 1\n%s %d\n", kind->library, level);
    digest_update(digest, how, strlen(how) + 1);
    digest_update(digest, content, DIGEST_MAX);
    int64_t blocks = tar_header_blocks(member);
    for (int64_t i = 0; i < blocks; i++) {
        unsigned char block[TAR_BLOCK];
        tar_header_block(member, i, block);
        digest_update(digest, block, sizeof(block));
    }
    digest_final(digest, context);
    return 0;
}

static struct derivation *derive(const struct bundle_options *options,
                                 const struct tar_member *member, const unsigned char *content,
                                 struct error **err)
{
    unsigned char context[DIGEST_MAX];
    if (stream_context(options, member, content, context, err))
        return NULL;
    if (options->seed)
        return derivation_new(options->seed, context, err);
    AUTO(secret_free) struct secret *secret = private_key_secret(options->keys.user_key, err);
    return secret ? derivation_new(secret, context, err) : NULL;
}

/* 16 bytes as the 32 digits that RSA encrypts; without CERTIFICATE the element stays empty. Owned,
 * NULL on error. */
static char *wrap_bytes(const struct certificate *certificate, const unsigned char bytes[16],
                        const struct derivation *derivation, const char *label, struct error **err)
{
    if (!certificate)
        return xstrdup("");
    char *digits = hex_encode(bytes, 16);
    char *wrapped = derivation ? certificate_encrypt_derived(certificate, digits, strlen(digits),
                                                             derivation, label, err)
                               : certificate_encrypt(certificate, digits, strlen(digits), err);
    explicit_bzero(digits, strlen(digits));
    free(digits);
    return wrapped;
}

static int wrap_key(struct manifest *manifest, const struct bundle_keys *keys,
                    const struct cipher_key *key, const struct derivation *derivation,
                    struct error **err)
{
    const struct {
        const struct certificate *certificate;
        const unsigned char *bytes;
        char **element;
        const char *label;
    } rows[] = {
        { keys->ec2_certificate, key->key, &manifest->ec2_encrypted_key, "ec2 key padding" },
        { keys->user_certificate, key->key, &manifest->user_encrypted_key, "user key padding" },
        { keys->ec2_certificate, key->iv, &manifest->ec2_encrypted_iv, "ec2 iv padding" },
        { keys->user_certificate, key->iv, &manifest->user_encrypted_iv, "user iv padding" },
    };
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        *rows[i].element =
            wrap_bytes(rows[i].certificate, rows[i].bytes, derivation, rows[i].label, err);
        if (!*rows[i].element)
            return -1;
    }
    return 0;
}

int bundle_key_make(const struct bundle_options *options, const struct tar_member *member,
                    const unsigned char *content, struct cipher_key *key, struct manifest *manifest,
                    struct error **err)
{
    static const char key_label[] = "aes key", iv_label[] = "aes iv";
    if (!options->reproducible)
        return cipher_key_random(key, err) ? -1
                                           : wrap_key(manifest, &options->keys, key, NULL, err);
    AUTO(derivation_free)
    struct derivation *derivation = derive(options, member, content, err);
    if (!derivation ||
        derivation_bytes(derivation, key_label, sizeof(key_label), key->key, sizeof(key->key),
                         err) ||
        derivation_bytes(derivation, iv_label, sizeof(iv_label), key->iv, sizeof(key->iv), err))
        return -1;
    return wrap_key(manifest, &options->keys, key, derivation, err);
}
