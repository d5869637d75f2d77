/* SPDX-License-Identifier: Apache-2.0 */
/* Encryption between two sinks, piece by piece through a buffer that fits a core's cache. */
#include "manifest/sink_encrypt.h"
#include "forge/base/memory.h"

enum { PIECE = 128 << 10 };

struct sink_encrypt {
    struct sink sink;
    struct sink *below;
    struct cipher *cipher;
    unsigned char buffer[PIECE + CIPHER_BLOCK];
};

static int sink_encrypt_write(struct sink *sink, const void *buffer, size_t count,
                              struct error **err)
{
    struct sink_encrypt *encrypt = container_of(sink, struct sink_encrypt, sink);
    const unsigned char *from = buffer;
    while (count) {
        size_t piece = count < PIECE ? count : PIECE, came;
        if (cipher_update(encrypt->cipher, from, piece, encrypt->buffer, &came, err) ||
            sink_write(encrypt->below, encrypt->buffer, came, err))
            return -1;
        from += piece;
        count -= piece;
    }
    return 0;
}

static int sink_encrypt_finish(struct sink *sink, struct error **err)
{
    struct sink_encrypt *encrypt = container_of(sink, struct sink_encrypt, sink);
    size_t came;
    if (cipher_final(encrypt->cipher, encrypt->buffer, &came, err) ||
        sink_write(encrypt->below, encrypt->buffer, came, err))
        return -1;
    return sink_finish(encrypt->below, err);
}

static void sink_encrypt_close(struct sink *sink)
{
    struct sink_encrypt *encrypt = container_of(sink, struct sink_encrypt, sink);
    cipher_free(encrypt->cipher);
    free(encrypt);
}

static const struct sink_ops sink_encrypt_ops = {
    .write = sink_encrypt_write,
    .finish = sink_encrypt_finish,
    .close = sink_encrypt_close,
};

struct sink *sink_encrypt_new(struct sink *below, const struct cipher_key *key, struct error **err)
{
    AUTO(cipher_free) struct cipher *cipher = cipher_new_encrypt(key, err);
    if (!cipher)
        return NULL;
    struct sink_encrypt *encrypt = NEW(struct sink_encrypt);
    encrypt->sink.ops = &sink_encrypt_ops;
    encrypt->below = below;
    encrypt->cipher = STEAL(cipher);
    return &encrypt->sink;
}
