/* SPDX-License-Identifier: Apache-2.0 */
/* Pulling ciphertext from below, giving plaintext. */
#include "manifest/source_decrypt.h"
#include "forge/base/memory.h"

#include <stdbool.h>
#include <string.h>

enum { CHUNK = 256 << 10 };

struct source_decrypt {
    struct source source;
    struct source *below;
    struct cipher *cipher;
    bool ended;
    unsigned char in[CHUNK];
    unsigned char out[CHUNK + CIPHER_BLOCK];
    size_t used, held; /* out[used..held) waits to be read */
};

static int fill(struct source_decrypt *decrypt, struct error **err)
{
    ssize_t got = source_read(decrypt->below, decrypt->in, sizeof(decrypt->in), err);
    if (got < 0)
        return -1;
    decrypt->used = 0;
    if (got > 0)
        return cipher_update(decrypt->cipher, decrypt->in, (size_t)got, decrypt->out,
                             &decrypt->held, err);
    decrypt->ended = true;
    return cipher_final(decrypt->cipher, decrypt->out, &decrypt->held, err);
}

static ssize_t decrypt_read(struct source *source, void *buffer, size_t count, struct error **err)
{
    struct source_decrypt *decrypt = container_of(source, struct source_decrypt, source);
    while (decrypt->used == decrypt->held) {
        if (decrypt->ended)
            return 0;
        if (fill(decrypt, err))
            return -1;
    }
    size_t give = decrypt->held - decrypt->used;
    if (give > count)
        give = count;
    memcpy(buffer, decrypt->out + decrypt->used, give);
    decrypt->used += give;
    return (ssize_t)give;
}

static void decrypt_close(struct source *source)
{
    struct source_decrypt *decrypt = container_of(source, struct source_decrypt, source);
    cipher_free(decrypt->cipher);
    free(decrypt);
}

static const struct source_ops decrypt_ops = { .read = decrypt_read, .close = decrypt_close };

struct source *source_decrypt_open(struct source *below, const struct cipher_key *key,
                                   struct error **err)
{
    AUTO(cipher_free) struct cipher *cipher = cipher_new_decrypt(key, err);
    if (!cipher)
        return NULL;
    struct source_decrypt *decrypt = NEW(struct source_decrypt);
    decrypt->source.ops = &decrypt_ops;
    decrypt->below = below;
    decrypt->cipher = STEAL(cipher);
    return &decrypt->source;
}
