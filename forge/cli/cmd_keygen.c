/* SPDX-License-Identifier: Apache-2.0 */
/* forge keygen: make a certificate and its key. */
#include "forge/cli/command_table.h"

struct keygen_values {
    int bits;
    char *certificate, *private_key, *subject;
};

static const struct option_choice sizes[] = { { "2048", 2048 }, { "4096", 4096 }, { NULL, 0 } };

#define FIELD(member) .offset = offsetof(struct keygen_values, member)
static const struct option_row rows[] = {
    { "bits", 0, OPTION_CHOICE, "2048|4096", FIELD(bits), "Size of the RSA key (2048)",
      .choices = sizes },
    { "cert", 'c', OPTION_PATH, "FILE", FIELD(certificate), "The certificate to make (cert.pem)" },
    { "privatekey", 'k', OPTION_PATH, "FILE", FIELD(private_key), "The key to make (pk.pem)" },
    { "subject", 0, OPTION_STRING, "CN", FIELD(subject), "The certificate's common name (forge)" },
};

static void declare(struct options *options, void *values)
{
    options_add(options, "Key", OPTION_SECTION_NONE, rows, ARRAY_SIZE(rows), values);
}

static int run(const struct invocation *invocation, struct error **err)
{
    const struct keygen_values *values = invocation->values;
    const char *certificate = values->certificate ? values->certificate : "cert.pem";
    const char *private_key = values->private_key ? values->private_key : "pk.pem";
    if (keygen(certificate, private_key, values->bits ? values->bits : 2048,
               values->subject ? values->subject : "forge", err))
        return -1;
    printf("%s\n%s\n", certificate, private_key);
    return 0;
}

const struct command command_keygen = {
    .name = "keygen",
    .arguments = "",
    .summary = "Make an X.509 certificate and its private key",
    .values_size = sizeof(struct keygen_values),
    .declare = declare,
    .run = run,
};
