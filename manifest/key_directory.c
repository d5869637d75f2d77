/* SPDX-License-Identifier: Apache-2.0 */
/* Every key and certificate of a directory, tried in the order of their names. */
#include "manifest/key_directory.h"
#include "forge/base/log.h"
#include "manifest/bundle.h"
#include "manifest/cipher.h"

#include <dirent.h>

enum { FILES_MAX = 10000 };

struct key_directory {
    struct private_key **keys;
    struct certificate **certificates;
    size_t key_count, certificate_count;
};

static int is_pem(const struct dirent *entry)
{
    return ends_with(entry->d_name, ".pem");
}

/* One file may hold a key, a certificate, or both. */
static void read_file(struct key_directory *directory, const char *path,
                      const struct passphrase *passphrase)
{
    AUTO(error_free) struct error *no_key = NULL;
    struct private_key *key = private_key_read(path, passphrase, &no_key);
    struct certificate *certificate = certificate_read(path, NULL);
    if (key) {
        directory->keys =
            xrealloc(directory->keys, directory->key_count + 1, sizeof(*directory->keys));
        directory->keys[directory->key_count++] = key;
    }
    if (certificate) {
        directory->certificates = xrealloc(directory->certificates,
                                           directory->certificate_count + 1,
                                           sizeof(*directory->certificates));
        directory->certificates[directory->certificate_count++] = certificate;
    }
    if (!key && !certificate)
        log_debug("%s is passed over: %s", path, no_key->message);
}

struct key_directory *key_directory_read(const char *path, const struct passphrase *passphrase,
                                         struct error **err)
{
    struct dirent **entries;
    int count = scandir(path, &entries, is_pem, alphasort);
    if (count < 0) {
        error_set_errno_cause(err, ERROR_INVALID, "reading the keys in %s", path);
        return NULL;
    }
    AUTO(key_directory_free) struct key_directory *directory = NEW(struct key_directory);
    for (int i = 0; i < count; i++) {
        AUTO_FREE char *file = path_join(path, entries[i]->d_name);
        if (i < FILES_MAX)
            read_file(directory, file, passphrase);
        free(entries[i]);
    }
    free(entries);
    if (!directory->key_count && !directory->certificate_count) {
        error_set(err, ERROR_INVALID, "%s holds no RSA key or certificate in a *.pem file", path);
        return NULL;
    }
    return STEAL(directory);
}

const struct private_key *key_directory_key(const struct key_directory *directory,
                                            const struct manifest *manifest)
{
    struct cipher_key opened = { 0 };
    for (size_t i = 0; i < directory->key_count; i++) {
        bool opens = bundle_unwrap_key(manifest, directory->keys[i], &opened, NULL) == 0;
        cipher_key_wipe(&opened);
        if (opens)
            return directory->keys[i];
    }
    return directory->key_count ? directory->keys[0] : NULL;
}

const struct certificate *key_directory_certificate(const struct key_directory *directory,
                                                    const struct manifest *manifest)
{
    for (size_t i = 0; i < directory->certificate_count; i++)
        if (manifest_check_signature(manifest, directory->certificates[i], NULL) == 0)
            return directory->certificates[i];
    return directory->certificate_count ? directory->certificates[0] : NULL;
}

void key_directory_free(struct key_directory *directory)
{
    if (!directory)
        return;
    for (size_t i = 0; i < directory->key_count; i++)
        private_key_free(directory->keys[i]);
    for (size_t i = 0; i < directory->certificate_count; i++)
        certificate_free(directory->certificates[i]);
    free(directory->keys);
    free(directory->certificates);
    free(directory);
}
