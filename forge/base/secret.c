/* SPDX-License-Identifier: Apache-2.0 */
/* Secrets: by reference from the environment, a file or a descriptor, or typed at the terminal. */
#include "forge/base/secret.h"
#include "forge/base/memory.h"
#include "forge/base/strings.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>

enum { SECRET_MAX = 64 << 10 };

struct secret *secret_new(const char *text, size_t length)
{
    struct secret *secret = NEW(struct secret);
    secret->text = xcalloc(length + 1, 1);
    if (length)
        memcpy(secret->text, text, length);
    secret->length = length;
    return secret;
}

void secret_free(struct secret *secret)
{
    if (!secret)
        return;
    explicit_bzero(secret->text, secret->length);
    free(secret->text);
    free(secret);
}

/* Everything FD gives up to its end, or to the first newline when LINE; without a final newline. */
static struct secret *read_fd(int fd, bool line, const char *what, struct error **err)
{
    char buffer[SECRET_MAX];
    size_t length = 0;
    ssize_t got = 0;
    while (length < sizeof(buffer) &&
           (got = read(fd, buffer + length, line ? 1 : sizeof(buffer) - length)) > 0) {
        length += (size_t)got;
        if (line && buffer[length - 1] == '\n')
            break;
    }
    struct secret *secret = NULL;
    if (got < 0) {
        error_set_errno_cause(err, ERROR_USAGE, "reading the secret from %s", what);
    } else if (length == sizeof(buffer)) {
        error_set(err, ERROR_USAGE, "the secret in %s is longer than %d bytes", what, SECRET_MAX);
    } else {
        if (length && buffer[length - 1] == '\n')
            length--;
        secret = secret_new(buffer, length);
    }
    explicit_bzero(buffer, sizeof(buffer));
    return secret;
}

struct secret *secret_read(const char *reference, struct error **err)
{
    if (starts_with(reference, "env:")) {
        const char *value = getenv(reference + 4);
        if (!value) {
            error_set(err, ERROR_USAGE, "the environment variable %s is not set", reference + 4);
            return NULL;
        }
        return secret_new(value, strlen(value));
    }
    if (starts_with(reference, "file:")) {
        AUTO_FD int fd = open(reference + 5, O_RDONLY | O_CLOEXEC);
        if (fd < 0) {
            error_set_errno_cause(err, ERROR_USAGE, "opening %s", reference + 5);
            return NULL;
        }
        return read_fd(fd, false, reference + 5, err);
    }
    int64_t fd;
    if (starts_with(reference, "fd:") && parse_integer(reference + 3, 0, INT32_MAX, &fd))
        return read_fd((int)fd, false, reference, err);
    /* REFERENCE itself may be the secret, given by mistake: it is not repeated. */
    error_set(err, ERROR_USAGE, "a secret is given as env:NAME, file:PATH or fd:NUMBER");
    return NULL;
}

struct secret *secret_prompt(const char *prompt, const char *hint, struct error **err)
{
    AUTO_FD int fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    struct termios before;
    if (fd < 0 || tcgetattr(fd, &before)) {
        error_set(err, ERROR_USAGE, "%s: there is no terminal to ask on; give %s", prompt, hint);
        return NULL;
    }
    struct termios silent = before;
    silent.c_lflag &= (tcflag_t)~ECHO;
    dprintf(fd, "%s: ", prompt);
    tcsetattr(fd, TCSAFLUSH, &silent);
    struct secret *secret = read_fd(fd, true, "the terminal", err);
    tcsetattr(fd, TCSAFLUSH, &before);
    dprintf(fd, "\n");
    return secret;
}
