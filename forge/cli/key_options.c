/* SPDX-License-Identifier: Apache-2.0 */
/* The options about certificates and keys. */
#include "forge/cli/key_options.h"
#include <string.h>

#define FIELD(type, member) .offset = offsetof(struct type, member)

#define ROW_CERT(help)                                                                             \
    {                                                                                              \
        "cert", 'c', OPTION_PATH, "FILE", FIELD(key_settings, certificate), help,                  \
            "EC2_CERT EUCA_CERT"                                                                   \
    }
#define ROW_PRIVATE_KEY(help)                                                                      \
    {                                                                                              \
        "privatekey", 'k', OPTION_PATH, "FILE", FIELD(key_settings, private_key), help,            \
            "EUCA_PRIVATE_KEY EC2_PRIVATE_KEY"                                                     \
    }
#define ROW_PASSPHRASE                                                                             \
    {                                                                                              \
        "passphrase", 0, OPTION_STRING, "env:NAME|file:PATH|fd:N",                                 \
            FIELD(key_settings, passphrase),                                                       \
            "Where the passphrase of an encrypted private key is", .secret = true,                 \
                                                                   .set = set_passphrase           \
    }

#define ROW_EC2CERT                                                                                \
    {                                                                                              \
        "ec2cert", 0, OPTION_PATH, "FILE", FIELD(key_settings, ec2_certificate),                   \
            "The certificate of the cloud", "EUCALYPTUS_CERT"                                      \
    }
#define ROW_REGION                                                                                 \
    {                                                                                              \
        "region", 0, OPTION_STRING, "NAME", FIELD(key_settings, region),                           \
            "Without --ec2cert: the region whose certificate AWS's tools installed (us-east-1)"    \
    }
#define ROW_KEYS                                                                                   \
    {                                                                                              \
        "keys", 0, OPTION_PATH, "DIR", FIELD(key_settings, directory),                             \
            "Try every key and certificate (*.pem) of a directory"                                 \
    }

/* The reference to a passphrase; a file is relative to the recipe that names it. */
static int set_passphrase(void *field, const struct option_row *row, const char *text,
                          const struct option_source *source, struct error **err)
{
    (void)row;
    char **passphrase = field;
    /* What is given by mistake may be the passphrase itself: it is not repeated. */
    if (!starts_with(text, "env:") && !starts_with(text, "file:") && !starts_with(text, "fd:"))
        return error_set(err, ERROR_USAGE, "a secret is given as env:NAME, file:PATH or fd:N");
    free(*passphrase);
    if (source->base_dir && starts_with(text, "file:")) {
        AUTO_FREE char *path = path_join(source->base_dir, text + strlen("file:"));
        *passphrase = xasprintf("file:%s", path);
    } else {
        *passphrase = xstrdup(text);
    }
    return 0;
}

static const struct option_row signing_rows[] = {
    ROW_CERT("The X.509 certificate of the account"),
    ROW_PRIVATE_KEY("The RSA key that signs; it also opens a bundle that is the input"),
    ROW_EC2CERT,
    ROW_REGION,
    ROW_PASSPHRASE,
};

static const struct option_row rewrapping_rows[] = {
    ROW_PRIVATE_KEY("The account's RSA key: it opens the bundle and signs the new manifest"),
    ROW_EC2CERT,
    ROW_REGION,
    ROW_PASSPHRASE,
};

static const struct option_row checking_rows[] = {
    ROW_CERT("The certificate that the signature is checked with"),
    ROW_PRIVATE_KEY("The key that opens the bundle, to check its content too"),
    ROW_KEYS,
    ROW_PASSPHRASE,
};

static const struct option_row certificate_rows[] = {
    ROW_CERT("The certificate that the signature of a manifest is checked with"),
};

static const struct option_row opening_rows[] = {
    ROW_PRIVATE_KEY("The key that opens the bundle: the account's or the cloud's"),
    ROW_KEYS,
    ROW_PASSPHRASE,
};

void declare_signing_keys(struct options *options, struct key_settings *settings)
{
    options_add(options, "Keys", OPTION_SECTION_BUNDLE, signing_rows, ARRAY_SIZE(signing_rows),
                settings);
}

void declare_rewrapping_keys(struct options *options, struct key_settings *settings)
{
    options_add(options, "Keys", OPTION_SECTION_NONE, rewrapping_rows, ARRAY_SIZE(rewrapping_rows),
                settings);
}

void declare_checking_keys(struct options *options, struct key_settings *settings)
{
    options_add(options, "Keys", OPTION_SECTION_NONE, checking_rows, ARRAY_SIZE(checking_rows),
                settings);
}

void declare_checking_certificate(struct options *options, struct key_settings *settings)
{
    options_add(options, "Keys", OPTION_SECTION_NONE, certificate_rows,
                ARRAY_SIZE(certificate_rows), settings);
}

void declare_opening_key(struct options *options, struct key_settings *settings)
{
    options_add(options, "Keys", OPTION_SECTION_NONE, opening_rows, ARRAY_SIZE(opening_rows),
                settings);
}
