/* SPDX-License-Identifier: Apache-2.0 */
/* --password USER:SELECTOR, --root-password SELECTOR: hashed here, written into shadow(5); the
 * password never enters a guest. */
#include "fsimage/ops/password.h"
#include "forge/base/log.h"
#include "forge/base/secret.h"
#include "fsimage/ops/accounts.h"
#include "fsimage/ops/guest_file.h"
#include "fsimage/ops/ops.h"

#include <crypt.h>
#include <string.h>
#include <sys/random.h>

enum { RANDOM_LENGTH = 20 };

/* What check_password() leaves in step->prepared: no password, at most its hash. */
struct prepared_password {
    bool locked;   /* "!" in front: the password is set, but does not let in */
    bool disabled; /* "*": there is no password */
    bool random;   /* made when the step runs */
    char hash[CRYPT_OUTPUT_SIZE];
};

int password_hash(const char *password, char hash[PASSWORD_HASH_SIZE], struct error **err)
{
    _Static_assert((int)PASSWORD_HASH_SIZE == (int)CRYPT_OUTPUT_SIZE, "one size of hashes");
    /* SHA-512 is what every distribution of the last fifteen years understands. */
    AUTO_FREE char *setting = crypt_gensalt_ra("$6$", 0, NULL, 0);
    if (!setting)
        return error_set_errno_cause(err, ERROR_HOST, "making a salt for the password");
    struct crypt_data *data = NEW(struct crypt_data);
    const char *result = crypt_rn(password, setting, data, sizeof(*data));
    if (result)
        memcpy(hash, result, strlen(result) + 1); /* of at most CRYPT_OUTPUT_SIZE */
    int saved = errno;
    explicit_bzero(data, sizeof(*data));
    free(data);
    errno = saved;
    return result ? 0 : error_set_errno_cause(err, ERROR_HOST, "hashing the password");
}

/* The password that REFERENCE leads to; a file is relative to the recipe, its first line counts. */
static struct secret *read_password(const struct customize_step *step, const char *reference,
                                    struct error **err)
{
    static const char file[] = "file:", literal[] = "password:";
    if (starts_with(reference, literal)) {
        const char *password = reference + strlen(literal);
        return secret_new(password, strlen(password));
    }
    AUTO_FREE char *path =
        starts_with(reference, file) ? path_join(step->base_dir, reference + strlen(file)) : NULL;
    AUTO_FREE char *resolved = path ? xasprintf("file:%s", path) : xstrdup(reference);
    struct secret *secret = secret_read(resolved, err);
    if (secret)
        secret->text[strcspn(secret->text, "\n")] = '\0';
    return secret;
}

/* A hash as crypt(5) describes them: of printable characters, none of which ends shadow's field. */
static int take_hash(const char *text, char hash[PASSWORD_HASH_SIZE], struct error **err)
{
    size_t length = strlen(text);
    bool good = length > 1 && length < PASSWORD_HASH_SIZE && (*text == '$' || length == 13);
    for (size_t i = 0; i < length; i++)
        good &= (unsigned char)text[i] > ' ' && (unsigned char)text[i] < 0x7f &&
                !strchr(":;*!\\", text[i]);
    if (!good)
        return error_set(err, ERROR_USAGE, "that is not a hash of a password by crypt(3)");
    memcpy(hash, text, length + 1);
    return 0;
}

static int parse_selector(const struct customize_step *step, const char *selector,
                          struct prepared_password *into, struct error **err)
{
    static const char *const references[] = { "file:", "env:", "fd:", "password:" };
    if (strcmp(selector, "locked") == 0) {
        into->locked = true;
        return 0;
    }
    if (starts_with(selector, "locked:")) {
        into->locked = true;
        selector += strlen("locked:");
    }
    if (starts_with(selector, "hash:"))
        return take_hash(selector + strlen("hash:"), into->hash, err);
    into->disabled = strcmp(selector, "disabled") == 0;
    into->random = strcmp(selector, "random") == 0;
    if (into->disabled || into->random)
        return 0;
    bool known = false;
    for (size_t i = 0; i < ARRAY_SIZE(references); i++)
        known |= starts_with(selector, references[i]);
    if (!known) /* the selector may be the password, given by mistake: it is not repeated */
        return error_set(err, ERROR_USAGE,
                         "the selector is file:PATH, env:NAME, fd:N, password:TEXT, hash:CRYPT, "
                         "random or disabled, any of them after locked:, or locked alone");
    AUTO(secret_free) struct secret *secret = read_password(step, selector, err);
    if (!secret)
        return -1;
    if (!*secret->text)
        return error_set(err, ERROR_USAGE, "the password is empty");
    return password_hash(secret->text, into->hash, err);
}

/* The selector is wiped: the hash is enough from here on. */
static int prepare(struct customize_step *step, char *selector, struct error **err)
{
    struct prepared_password *prepared = NEW(struct prepared_password);
    step->prepared = prepared;
    int result = parse_selector(step, selector, prepared, err);
    explicit_bzero(selector, strlen(selector));
    return result;
}

int check_root_password(struct customize_step *step, struct error **err)
{
    return prepare(step, step->first, err);
}

int check_password(struct customize_step *step, struct error **err)
{
    if (strpbrk(step->first, " /\t\n"))
        return error_set(err, ERROR_USAGE, "that is not the name of a user");
    return prepare(step, step->second, err);
}

char *password_replace(char *text, const char *user, const char *hash, bool locked,
                       struct error **err)
{
    char *line = account_find_line(text, user);
    char *field = line ? strchr(line, ':') + 1 : NULL;
    size_t length = field ? strcspn(field, ":\n") : 0;
    if (!field || field[length] != ':') {
        error_set(err, ERROR_GUEST, "the guest's /etc/shadow has no line for %s", user);
        return NULL;
    }
    AUTO_FREE char *kept = xstrndup(field, length);
    const char *now = hash ? hash : kept;
    return xasprintf("%.*s%s%s%s", (int)(field - text), text, locked && *now != '!' ? "!" : "", now,
                     field + length);
}

static int write_shadow(struct guest *guest, const char *user, const char *hash, bool locked,
                        struct error **err)
{
    static const char path[] = "/etc/shadow";
    size_t length;
    AUTO_FREE char *text = guest_file_read(guest, path, &length, err);
    AUTO_FREE char *changed = text ? password_replace(text, user, hash, locked, err) : NULL;
    if (!changed)
        return -1;
    return guest_file_write(guest, path, changed, strlen(changed), err);
}

char *password_random(struct error **err)
{
    /* Without characters that are taken for one another; 32 and so 5 bits each. */
    static const char alphabet[] = "abcdefghijkmnpqrstuvwxyz23456789";
    _Static_assert(sizeof(alphabet) == 33, "every character is equally likely");
    unsigned char bytes[RANDOM_LENGTH];
    if (getrandom(bytes, sizeof(bytes), 0) != sizeof(bytes)) {
        error_set_errno_cause(err, ERROR_HOST, "making a random password");
        return NULL;
    }
    char *password = xcalloc(RANDOM_LENGTH + 1, 1);
    for (size_t i = 0; i < sizeof(bytes); i++)
        password[i] = alphabet[bytes[i] % 32];
    explicit_bzero(bytes, sizeof(bytes));
    return password;
}

static int set_random_password(struct guest *guest, const char *user, bool locked,
                               struct error **err)
{
    AUTO_FREE char *password = password_random(err);
    char hash[PASSWORD_HASH_SIZE];
    if (!password)
        return -1;
    int result = password_hash(password, hash, err);
    if (!result)
        result = write_shadow(guest, user, hash, locked, err);
    if (!result) { /* nobody else knows it: the user has to be told, even one who wants quiet */
        void (*tell)(const char *, ...) = log_level() < LOG_INFO ? log_warn : log_info;
        tell("%s's password is %s", user, password);
    }
    explicit_bzero(password, strlen(password));
    return result;
}

static int set_password(struct guest *guest, const char *user,
                        const struct prepared_password *password, struct error **err)
{
    if (password->random)
        return set_random_password(guest, user, password->locked, err);
    const char *hash = password->disabled ? "*" : *password->hash ? password->hash : NULL;
    return write_shadow(guest, user, hash, password->locked, err);
}

int op_root_password(struct guest *guest, const struct customize_step *step, struct error **err)
{
    return set_password(guest, "root", step->prepared, err);
}

int op_password(struct guest *guest, const struct customize_step *step, struct error **err)
{
    return set_password(guest, step->first, step->prepared, err);
}
