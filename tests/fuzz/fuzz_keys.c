/* SPDX-License-Identifier: Apache-2.0 */
/* PEM files: certificates and keys that can be read can be used without harm. */
#include "forge/base/memory.h"
#include "manifest/keys.h"

#include <stdint.h>
#include <sys/mman.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    AUTO_FD int fd = memfd_create("pem", MFD_CLOEXEC);
    if (fd < 0 || write(fd, data, size) != (ssize_t)size)
        abort();
    AUTO_FREE char *path = xasprintf("/proc/self/fd/%d", fd);
    AUTO(certificate_free) struct certificate *certificate = certificate_read(path, NULL);
    if (certificate) {
        AUTO_FREE char *hex = certificate_encrypt(certificate, "text", 4, NULL);
        if (hex && certificate_verify(certificate, "text", 4, hex, NULL) == 0)
            abort(); /* a ciphertext is no signature */
    }
    AUTO(private_key_free) struct private_key *key = private_key_read(path, NULL, NULL);
    if (key) {
        AUTO(secret_free) struct secret *secret = private_key_decrypt(key, "00", NULL);
        AUTO_FREE char *signature = private_key_sign(key, "text", 4, NULL);
        if (secret && !signature)
            abort(); /* what decrypts can sign */
    }
    return 0;
}
