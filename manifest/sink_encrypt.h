/* SPDX-License-Identifier: Apache-2.0 */
/* A layer that encrypts what goes down through it. */
#ifndef FORGE_MANIFEST_SINK_ENCRYPT_H
#define FORGE_MANIFEST_SINK_ENCRYPT_H

#include "forge/base/sink.h"
#include "manifest/cipher.h"

/* AES-128-CBC by KEY into BELOW, which is borrowed: finish reaches it, close does not. */
MUST_CHECK struct sink *sink_encrypt_new(struct sink *below, const struct cipher_key *key,
                                         struct error **err);

#endif
