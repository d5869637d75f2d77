/* SPDX-License-Identifier: Apache-2.0 */
/* --apt-source NAME:SOURCE: where apt finds packages, and the key that signs them. */
#include "forge/base/file.h"
#include "fsimage/guest/guest_file.h"
#include "fsimage/ops/local_file.h"
#include "fsimage/ops/ops.h"

#include <ctype.h>
#include <string.h>

enum { KEY_MAX = 1 << 20 };

/* What becomes of SOURCE: a file of sources.list.d, and local keys with their places in the guest.
 */
struct apt_source {
    char *text;
    const char *extension; /* sources.list(5): ".list", or ".sources" for deb822 */
    struct string_list keys, places;
};

static void apt_source_clear(struct apt_source *source)
{
    free(source->text);
    string_list_clear(&source->keys);
    string_list_clear(&source->places);
}
#define AUTO_SOURCE __attribute__((cleanup(apt_source_clear)))

/* A packet's header, RFC 4880, 4.2, with the tag of a public key: 4.3. */
static bool begins_as_public_key(unsigned char header)
{
    enum { PUBLIC_KEY = 6 };
    int tag = header & 0x40 ? header & 0x3f : (header & 0x3f) >> 2;
    return (header & 0x80) && tag == PUBLIC_KEY;
}

/* apt wants to see by its name whether a key is armored; *EXTENSION is set. */
static int check_key(const char *path, const char **extension, struct error **err)
{
    size_t length;
    AUTO_FREE char *key =
        local_file_check(path, NULL, err) ? NULL : file_read(path, KEY_MAX, &length, err);
    if (!key)
        return -1;
    bool private_key = strstr(key, "-----BEGIN PGP PRIVATE KEY");
    bool armored = strstr(key, "-----BEGIN PGP PUBLIC KEY");
    bool binary = length && begins_as_public_key((unsigned char)*key);
    explicit_bzero(key, length);
    if (private_key || (!armored && !binary))
        return error_set(err, ERROR_USAGE, "%s: that is not a public key of OpenPGP", path);
    *extension = armored ? ".asc" : ".gpg";
    return 0;
}

/* What Signed-By says in the guest for what it says here: an absolute path is the guest's own, a
 * relative one a local key, which is brought along. Owned. */
static char *take_key(struct apt_source *source, const struct customize_step *step,
                      const char *value, struct error **err)
{
    if (*value == '/')
        return xstrdup(value);
    const char *extension = NULL;
    AUTO_FREE char *local = local_path(step, value);
    if (check_key(local, &extension, err))
        return NULL;
    AUTO_FREE char *suffix = source->keys.count ? xasprintf("-%zu", source->keys.count + 1)
                                                : xstrdup("");
    char *place = xasprintf("/etc/apt/keyrings/%s%s%s", step->first, suffix, extension);
    string_list_add(&source->keys, value);
    string_list_add(&source->places, place);
    return place;
}

/* Append "TEXT" to the source's own text. */
static void append(struct apt_source *source, const char *text, size_t length)
{
    char *longer = xasprintf("%s%.*s", source->text ? source->text : "", (int)length, text);
    free(source->text);
    source->text = longer;
}

/* TEXT up to VALUE, then what VALUE of LENGTH bytes becomes; returns what follows, NULL on error.
 */
static const char *append_key(struct apt_source *source, const struct customize_step *step,
                              const char *text, const char *value, size_t length,
                              struct error **err)
{
    AUTO_FREE char *given = xstrndup(value, length);
    AUTO_FREE char *taken = take_key(source, step, given, err);
    if (!taken)
        return NULL;
    append(source, text, (size_t)(value - text));
    append(source, taken, strlen(taken));
    return value + length;
}

/* deb [OPTION=VALUE...] URI SUITE COMPONENT... */
static int read_line(struct apt_source *source, const struct customize_step *step,
                     struct error **err)
{
    static const char signed_by[] = "signed-by=";
    const char *line = step->second, *rest = line + strcspn(line, " ");
    rest += strspn(rest, " ");
    if (*rest == '[') {
        const char *end = strchr(rest, ']'), *option = strstr(rest, signed_by);
        if (!end)
            return error_set(err, ERROR_USAGE, "the options have no \"]\" at their end");
        if (option && option < end) {
            const char *value = option + strlen(signed_by);
            line = append_key(source, step, line, value, strcspn(value, " ]"), err);
            if (!line)
                return -1;
        }
        rest = end + 1;
    }
    AUTO_STRINGS struct string_list words = { 0 };
    string_list_split(&words, rest, ' ');
    if (strchr(rest, '\n') || words.count < 2 || !strchr(words.items[0], ':') ||
        (words.count < 3 && !ends_with(words.items[1], "/")))
        return error_set(err, ERROR_USAGE,
                         "the line is not of the form deb URI SUITE COMPONENT...");
    append(source, line, strlen(line));
    append(source, "\n", 1);
    source->extension = ".list";
    return 0;
}

/* Stanzas of "Field: value"; a Signed-By that goes on in the next line holds the key itself. */
static int read_deb822(struct apt_source *source, const struct customize_step *step,
                       const char *text, struct error **err)
{
    static const char signed_by[] = "Signed-By:";
    bool types = false, uris = false;
    const char *kept = text;
    for (const char *line = text; *line; line += strcspn(line, "\n"), line += *line == '\n') {
        types |= strncasecmp(line, "Types:", strlen("Types:")) == 0;
        uris |= strncasecmp(line, "URIs:", strlen("URIs:")) == 0;
        if (strncasecmp(line, signed_by, strlen(signed_by)) != 0)
            continue;
        const char *value = line + strlen(signed_by);
        value += strspn(value, " \t");
        size_t length = strcspn(value, " \t\r\n");
        if (length && !(kept = append_key(source, step, kept, value, length, err)))
            return -1;
    }
    if (!types || !uris)
        return error_set(err, ERROR_USAGE,
                         "%s: that is no source of apt: it has no \"Types:\" and \"URIs:\"",
                         step->second);
    append(source, kept, strlen(kept));
    source->extension = ".sources";
    return 0;
}

static int read_source(struct apt_source *source, const struct customize_step *step,
                       struct error **err)
{
    if (starts_with(step->second, "deb ") || starts_with(step->second, "deb-src "))
        return read_line(source, step, err);
    if (strstr(step->second, "://"))
        return error_set(err, ERROR_USAGE,
                         "an address alone is no source: give deb URI SUITE COMPONENT...");
    AUTO_FREE char *path = local_path(step, step->second);
    AUTO_FREE char *text = local_file_read(path, err);
    return text ? read_deb822(source, step, text, err) : -1;
}

int check_apt_source(struct customize_step *step, struct error **err)
{
    AUTO_SOURCE struct apt_source source = { 0 };
    for (const char *at = step->first; *at; at++)
        if (!isalnum((unsigned char)*at) && !strchr("_-", *at))
            return error_set(err, ERROR_USAGE,
                             "a source's name has letters, digits, hyphens and underscores");
    return read_source(&source, step, err);
}

void files_apt_source(const struct customize_step *step, struct string_list *names)
{
    AUTO_SOURCE struct apt_source source = { 0 };
    AUTO(error_free) struct error *unreadable = NULL; /* told when the step runs */
    if (read_source(&source, step, &unreadable))
        return;
    if (strcmp(source.extension, ".sources") == 0)
        string_list_add(names, step->second);
    for (size_t i = 0; i < source.keys.count; i++)
        string_list_add(names, source.keys.items[i]);
}

/* The guest's VERSION_CODENAME, os-release(5); owned. */
static char *code_name(struct guest *guest, struct error **err)
{
    static const char path[] = "/etc/os-release", key[] = "\nVERSION_CODENAME=";
    size_t length;
    AUTO_FREE char *text = guest_file_read(guest, path, &length, err);
    const char *value = text ? strstr(text, key) : NULL;
    if (!text)
        return NULL;
    value = value ? value + strlen(key) : "";
    value += *value == '"';
    const char *end = value;
    while (isalnum((unsigned char)*end) || *end == '-')
        end++;
    if (end > value)
        return xstrndup(value, (size_t)(end - value));
    error_set(err, ERROR_GUEST, "the source has $RELEASE, and the guest's %s no VERSION_CODENAME",
              path);
    return NULL;
}

/* cloud-init's $RELEASE is the code name of the guest's release. */
static int fill_release(struct apt_source *source, struct guest *guest, struct error **err)
{
    static const char variable[] = "$RELEASE";
    AUTO_FREE char *name = strstr(source->text, variable) ? code_name(guest, err) : NULL;
    if (!name)
        return strstr(source->text, variable) ? -1 : 0;
    AUTO_FREE char *text = STEAL(source->text);
    source->text = text_replace(text, variable, name);
    return 0;
}

int op_apt_source(struct guest *guest, const struct customize_step *step, struct error **err)
{
    AUTO_SOURCE struct apt_source source = { 0 };
    const char *manager = guest_facts(guest)->package_management;
    if (!manager || strcmp(manager, "apt") != 0)
        return error_set(err, ERROR_GUEST, "the guest has no apt");
    if (read_source(&source, step, err) || fill_release(&source, guest, err) ||
        guest_file_make_directory(guest, "/etc/apt/keyrings", err) ||
        guest_file_make_directory(guest, "/etc/apt/sources.list.d", err))
        return -1;
    for (size_t i = 0; i < source.keys.count; i++) {
        AUTO_FREE char *local = local_path(step, source.keys.items[i]);
        if (guest_file_upload(guest, local, source.places.items[i], false, err))
            return -1;
    }
    AUTO_FREE char *path = xasprintf("/etc/apt/sources.list.d/%s%s", step->first, source.extension);
    return guest_file_write(guest, path, source.text, strlen(source.text), err);
}
