/* SPDX-License-Identifier: Apache-2.0 */
/* The AES key and IV of a bundle, unwrapped with a private key. */
#include "forge/base/strings.h"
#include "manifest/bundle.h"
#include "manifest/cipher.h"

#include <string.h>

/* HEX decrypts to the 32 lower-case digits of 16 bytes. Any other plaintext comes from a wrong key:
 * OpenSSL may answer with random bytes rather than an error. */
static bool unwrap(const struct private_key *key, const char *hex, unsigned char bytes[16])
{
    if (!hex || !*hex)
        return false;
    AUTO(secret_free) struct secret *text = private_key_decrypt(key, hex, NULL);
    return text && text->length == 32 && is_hex(text->text, 32) &&
           hex_decode(text->text, bytes, 16);
}

int bundle_unwrap_key(const struct manifest *manifest, const struct private_key *key,
                      struct cipher_key *out, struct error **err)
{
    const struct {
        const char *key, *iv;
    } pairs[] = {
        { manifest->user_encrypted_key, manifest->user_encrypted_iv },
        { manifest->ec2_encrypted_key, manifest->ec2_encrypted_iv },
    };
    for (size_t i = 0; i < ARRAY_SIZE(pairs); i++)
        if (unwrap(key, pairs[i].key, out->key) && unwrap(key, pairs[i].iv, out->iv))
            return 0;
    cipher_key_wipe(out);
    return error_set(err, ERROR_INVALID, "the private key is not a key of this bundle");
}
