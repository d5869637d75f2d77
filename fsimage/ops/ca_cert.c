/* SPDX-License-Identifier: Apache-2.0 */
/* --ca-cert FILE: certificate authorities that the guest trusts from now on; in place of the file's
 * name its content will do. */
#include "forge/base/digest.h"
#include "fsimage/guest/guest_file.h"
#include "fsimage/ops/local_file.h"
#include "fsimage/ops/ops.h"

#include <ctype.h>
#include <string.h>

static const char BEGIN[] = "-----BEGIN CERTIFICATE-----", END[] = "-----END CERTIFICATE-----";

/* Where each family of distributions takes them from, and the program that does; the first
 * directory that is there decides. */
static const struct trust_store {
    const char *directory, *program;
} stores[] = {
    { "/etc/pki/ca-trust/source/anchors", "update-ca-trust" },          /* Fedora, RHEL */
    { "/etc/pki/trust/anchors", "update-ca-certificates" },             /* SUSE */
    { "/etc/ca-certificates/trust-source/anchors", "update-ca-trust" }, /* Arch */
    { "/usr/local/share/ca-certificates", "update-ca-certificates" },   /* Debian, Alpine */
};

/* The next certificate in *TEXT, which moves behind it; owned, NULL when there is no more. */
static char *next_certificate(const char **text)
{
    const char *begin = strstr(*text, BEGIN), *end = begin ? strstr(begin, END) : NULL;
    if (!end)
        return NULL;
    *text = end + strlen(END);
    return xasprintf("%.*s\n", (int)(*text - begin), begin);
}

static bool is_inline(const struct customize_step *step)
{
    return starts_with(step->first, "-----BEGIN ");
}

void files_ca_cert(const struct customize_step *step, struct string_list *names)
{
    if (!is_inline(step))
        string_list_add(names, step->first);
}

static char *read_certificates(const struct customize_step *step, struct error **err)
{
    AUTO_FREE char *local = local_path(step, step->first);
    return is_inline(step) ? xstrdup(step->first) : local_file_read(local, err);
}

int check_ca_cert(struct customize_step *step, struct error **err)
{
    AUTO_FREE char *local = is_inline(step) ? xstrdup("the text") : local_path(step, step->first);
    AUTO_FREE char *text = read_certificates(step, err);
    if (!text)
        return -1;
    const char *at = text;
    AUTO_FREE char *certificate = next_certificate(&at);
    bool has_key = strstr(text, "PRIVATE KEY-----");
    explicit_bzero(text, strlen(text));
    if (has_key)
        return error_set(err, ERROR_USAGE, "%s: holds a private key: give the certificate alone",
                         local);
    return certificate ? 0 : error_set(err, ERROR_USAGE, "%s: holds no certificate in PEM", local);
}

static const struct trust_store *find_store(struct guest *guest, struct error **err)
{
    for (size_t i = 0; i < ARRAY_SIZE(stores); i++) {
        int there = guest_file_is_directory(guest, stores[i].directory, err);
        if (there)
            return there < 0 ? NULL : &stores[i];
    }
    error_set(err, ERROR_GUEST,
              "the guest has no store of certificate authorities: install ca-certificates first");
    return NULL;
}

/* A name for TEXT, which came without one: the same for the same certificates. */
static char *name_by_digest(const char *text, struct error **err)
{
    enum { SHOWN = 12 };
    AUTO_FREE char *hex = digest_bytes(DIGEST_SHA256, text, strlen(text), err);
    return hex ? xasprintf("forge-%.*s", SHOWN, hex) : NULL;
}

/* The file's name without its extension, of characters that every program takes. */
static char *certificate_name(const char *path)
{
    const char *base = path_basename(path), *dot = strrchr(base, '.');
    char *name = xstrndup(base, dot && dot > base ? (size_t)(dot - base) : strlen(base));
    for (char *at = name; *at; at++)
        if (!isalnum((unsigned char)*at) && !strchr("._-", *at))
            *at = '-';
    return name;
}

/* One certificate a file, as Debian's program wants them. */
static int write_certificates(struct guest *guest, const struct trust_store *store,
                              const char *name, const char *text, struct error **err)
{
    size_t number = 0;
    for (char *certificate; (certificate = next_certificate(&text)); free(certificate)) {
        AUTO_FREE char *suffix = number++ ? xasprintf("-%zu", number) : xstrdup("");
        AUTO_FREE char *path = xasprintf("%s/%s%s.crt", store->directory, name, suffix);
        if (guest_file_write(guest, path, certificate, strlen(certificate), err)) {
            free(certificate);
            return -1;
        }
    }
    return 0;
}

int op_ca_cert(struct guest *guest, const struct customize_step *step, struct error **err)
{
    AUTO_FREE char *text = read_certificates(step, err);
    const struct trust_store *store = text ? find_store(guest, err) : NULL;
    if (!store)
        return -1;
    AUTO_FREE char *name = is_inline(step) ? name_by_digest(text, err)
                                           : certificate_name(step->first);
    if (!name || write_certificates(guest, store, name, text, err))
        return -1;
    const char *const argv[] = { store->program, NULL };
    return guest_run(guest, argv, NULL, err);
}
