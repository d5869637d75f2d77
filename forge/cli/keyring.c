/* SPDX-License-Identifier: Apache-2.0 */
/* Reads certificates and keys; a passphrase comes by reference, or is asked for on a terminal. */
#include "forge/cli/keyring.h"
#include "forge/base/file.h"
#include "forge/join/input.h"

#include <string.h>

static struct secret *get_passphrase(void *opaque, const char *path, struct error **err)
{
    const struct key_settings *settings = opaque;
    if (settings->passphrase)
        return secret_read(settings->passphrase, err);
    AUTO_FREE char *prompt = xasprintf("passphrase of %s", path);
    return secret_prompt(prompt, "--passphrase", err);
}

static int read_certificate(struct certificate **certificate, const char *path, struct error **err)
{
    if (!path)
        return 0;
    *certificate = certificate_read(path, err);
    return *certificate ? 0 : -1;
}

static int read_key(struct keyring *keyring, const struct key_settings *settings,
                    struct error **err)
{
    if (!settings->private_key)
        return 0;
    const struct passphrase passphrase = { get_passphrase, (void *)settings };
    keyring->key = private_key_read(settings->private_key, &passphrase, err);
    return keyring->key ? 0 : -1;
}

static int read_directory(struct keyring *keyring, const struct key_settings *settings,
                          struct error **err)
{
    if (!settings->directory)
        return 0;
    const struct passphrase passphrase = { get_passphrase, (void *)settings };
    /* Nobody is asked for the passphrase of each key in turn. */
    keyring->directory =
        key_directory_read(settings->directory, settings->passphrase ? &passphrase : NULL, err);
    return keyring->directory ? 0 : -1;
}

int keyring_read(struct keyring *keyring, const struct key_settings *settings, struct error **err)
{
    if (read_certificate(&keyring->certificate, settings->certificate, err) ||
        read_certificate(&keyring->ec2_certificate, settings->ec2_certificate, err) ||
        read_key(keyring, settings, err) || read_directory(keyring, settings, err))
        return -1;
    return 0;
}

/* A region that is given outright is stronger than a certificate from the environment. */
static bool region_decides(const struct key_settings *settings, const struct options *options)
{
    return !settings->ec2_certificate ||
           options_origin(options, "region") > options_origin(options, "ec2cert");
}

int keyring_read_rewrapping(struct keyring *keyring, const struct key_settings *settings,
                            const struct options *options, struct error **err)
{
    struct key_settings complete = *settings;
    AUTO_FREE char *regional = NULL;
    if (region_decides(settings, options)) {
        regional = region_certificate_path(settings->region ? settings->region : "us-east-1", err);
        if (!regional)
            return -1;
        complete.ec2_certificate = regional;
    }
    return keyring_read(keyring, &complete, err);
}

int keyring_read_signing(struct keyring *keyring, const struct key_settings *settings,
                         const struct options *options, struct error **err)
{
    if (!settings->certificate)
        return error_set(err, ERROR_USAGE, "the account's certificate is missing: give --cert");
    if (!settings->private_key)
        return error_set(err, ERROR_USAGE, "the signing key is missing: give --privatekey");
    return keyring_read_rewrapping(keyring, settings, options, err);
}

const struct private_key *keyring_key(const struct keyring *keyring,
                                      const struct manifest *manifest)
{
    if (keyring->key || !keyring->directory)
        return keyring->key;
    return key_directory_key(keyring->directory, manifest);
}

const struct certificate *keyring_certificate(const struct keyring *keyring,
                                              const struct manifest *manifest)
{
    if (keyring->certificate || !keyring->directory)
        return keyring->certificate;
    return key_directory_certificate(keyring->directory, manifest);
}

int keyring_key_for(const struct keyring *keyring, const char *path, const struct private_key **key,
                    struct error **err)
{
    *key = keyring->key;
    if (keyring->key || !keyring->directory)
        return 0;
    AUTO_MANIFEST struct manifest manifest = { 0 };
    if (manifest_read(path, &manifest, err))
        return -1;
    *key = keyring_key(keyring, &manifest);
    return 0;
}

int keyring_read_for_input(struct keyring *keyring, const struct key_settings *settings,
                           const char *path, struct error **err)
{
    if (!input_is_manifest(path))
        return 0;
    if (read_key(keyring, settings, err) || read_directory(keyring, settings, err))
        return -1;
    return keyring_key_for(keyring, path, &keyring->opens, err);
}

int keyring_read_seed(struct keyring *keyring, const char *path, struct error **err)
{
    enum { SEED_MAX = 1 << 20 };
    size_t length;
    AUTO_FREE char *bytes = file_read(path, SEED_MAX, &length, err);
    if (!bytes)
        return error_wrap(err, "reading the seed");
    keyring->seed = secret_new(bytes, length);
    explicit_bzero(bytes, length);
    return 0;
}

void keyring_clear(struct keyring *keyring)
{
    certificate_free(keyring->certificate);
    certificate_free(keyring->ec2_certificate);
    private_key_free(keyring->key);
    key_directory_free(keyring->directory);
    secret_free(keyring->seed);
    *keyring = (struct keyring){ 0 };
}
