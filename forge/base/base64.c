/* SPDX-License-Identifier: Apache-2.0 */
/* OpenSSL's encoder, which counts in int, and its decoder. */
#include "forge/base/base64.h"
#include "forge/base/memory.h"

#include <limits.h>
#include <openssl/evp.h>
#include <string.h>

DEFINE_CLEANUP(EVP_ENCODE_CTX *, EVP_ENCODE_CTX_free)

char *base64_encode(const void *bytes, size_t count)
{
    char *text = xcalloc(count / 3 + 1, 4 + 1);
    EVP_EncodeBlock((unsigned char *)text, bytes, (int)count);
    return text;
}

char *base64_decode(const char *text, size_t *count)
{
    size_t length = strlen(text);
    AUTO_FREE char *bytes = xcalloc(length + 1, 1);
    AUTO(EVP_ENCODE_CTX_free) EVP_ENCODE_CTX *context = EVP_ENCODE_CTX_new();
    int got = 0, last = 0;
    /* A hyphen ends what it reads, as in PEM. */
    if (!context || length > INT_MAX || strchr(text, '-'))
        return NULL;
    EVP_DecodeInit(context);
    if (EVP_DecodeUpdate(context, (unsigned char *)bytes, &got, (const unsigned char *)text,
                         (int)length) < 0 ||
        EVP_DecodeFinal(context, (unsigned char *)bytes + got, &last) < 0)
        return NULL;
    *count = (size_t)(got + last);
    bytes[*count] = '\0';
    return STEAL(bytes);
}
