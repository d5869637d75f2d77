/* SPDX-License-Identifier: Apache-2.0 */
/* Streaming digests in an OpenSSL library context of our own. */
#include "forge/base/digest.h"
#include "forge/base/memory.h"
#include "forge/base/strings.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/provider.h>
#include <pthread.h>

struct digest {
    EVP_MD_CTX *context;
    enum digest_kind kind;
};

static const struct {
    const char *name;
    size_t size;
} kinds[] = {
    [DIGEST_SHA1] = { "SHA1", 20 },
    [DIGEST_SHA256] = { "SHA256", 32 },
    [DIGEST_MD5] = { "MD5", 16 },
};

static OSSL_LIB_CTX *library;
static EVP_MD *algorithms[ARRAY_SIZE(kinds)]; /* fetched once: a fetch costs microseconds */

static void load_library(void)
{
    library = OSSL_LIB_CTX_new();
    if (library && !OSSL_PROVIDER_load(library, "default")) {
        OSSL_LIB_CTX_free(library);
        library = NULL;
        return;
    }
    for (size_t i = 0; library && i < ARRAY_SIZE(kinds); i++)
        algorithms[i] = EVP_MD_fetch(library, kinds[i].name, NULL);
}

void *crypto_library_context(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, load_library);
    return library;
}

struct digest *digest_new(enum digest_kind kind, struct error **err)
{
    struct digest *digest = NEW(struct digest);
    digest->kind = kind;
    digest->context = EVP_MD_CTX_new();
    if (!crypto_library_context() || !algorithms[kind] || !digest->context ||
        !EVP_DigestInit_ex2(digest->context, algorithms[kind], NULL)) {
        error_set(err, ERROR_HOST, "this host's OpenSSL offers no %s", kinds[kind].name);
        digest_free(digest);
        return NULL;
    }
    return digest;
}

/* OpenSSL's digests cannot fail once they are initialised and fed memory. */
void digest_update(struct digest *digest, const void *bytes, size_t count)
{
    if (!EVP_DigestUpdate(digest->context, bytes, count))
        abort();
}

void digest_final(struct digest *digest, unsigned char bytes[DIGEST_MAX])
{
    if (!EVP_DigestFinal_ex(digest->context, bytes, NULL))
        abort();
}

char *digest_final_hex(struct digest *digest)
{
    unsigned char bytes[DIGEST_MAX];
    digest_final(digest, bytes);
    return hex_encode(bytes, digest_size(digest->kind));
}

size_t digest_size(enum digest_kind kind)
{
    return kinds[kind].size;
}

void digest_free(struct digest *digest)
{
    if (!digest)
        return;
    EVP_MD_CTX_free(digest->context);
    free(digest);
}

char *digest_bytes(enum digest_kind kind, const void *bytes, size_t count, struct error **err)
{
    AUTO(digest_free) struct digest *digest = digest_new(kind, err);
    if (!digest)
        return NULL;
    digest_update(digest, bytes, count);
    return digest_final_hex(digest);
}

char *digest_file(enum digest_kind kind, const char *path, struct error **err)
{
    AUTO_FD int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        error_set_errno(err, "opening %s", path);
        return NULL;
    }
    AUTO(digest_free) struct digest *digest = digest_new(kind, err);
    if (!digest)
        return NULL;
    enum { CHUNK = 256 << 10 };
    AUTO_FREE char *buffer = xcalloc(CHUNK, 1);
    ssize_t got;
    while ((got = read(fd, buffer, CHUNK)) > 0)
        digest_update(digest, buffer, (size_t)got);
    if (got < 0) {
        error_set_errno(err, "reading %s", path);
        return NULL;
    }
    return digest_final_hex(digest);
}
