/* SPDX-License-Identifier: Apache-2.0 */
/* What every unit test includes: cmocka with the headers it wants, and errors as assertions. */
#ifndef FORGE_TESTS_CHECK_H
#define FORGE_TESTS_CHECK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "forge/base/error.h"
#include "forge/base/memory.h"

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

/* EXPRESSION returns 0 (or a pointer) and sets no error. */
#define assert_ok(expression, err)                                                                 \
    do {                                                                                           \
        if (!(expression) || (err))                                                                \
            fail_msg("%s: %s", #expression, (err) ? (err)->message : "failed without an error");   \
    } while (0)

/* ERR is set, of CAUSE, and its sentence contains TEXT; it is freed. */
#define assert_error(err, expected, text)                                                          \
    do {                                                                                           \
        assert_non_null(err);                                                                      \
        if (!strstr((err)->message, (text)))                                                       \
            fail_msg("\"%s\" does not contain \"%s\"", (err)->message, (text));                    \
        assert_int_equal((err)->cause, (expected));                                                \
        error_free(err);                                                                           \
        (err) = NULL;                                                                              \
    } while (0)

/* A directory of the test's own under TMPDIR; owned path. Remove it with remove_scratch. */
static inline char *make_scratch(void)
{
    const char *parent = getenv("TMPDIR");
    char *path = xasprintf("%s/forge-test-XXXXXX", parent ? parent : "/tmp");
    if (!mkdtemp(path))
        fail_msg("cannot make %s", path);
    return path;
}

static inline void remove_scratch(char *path)
{
    char *command[] = { (char *)"rm", (char *)"-rf", path, NULL };
    pid_t child = fork();
    if (child == 0) {
        execvp(command[0], command);
        _exit(127);
    }
    waitpid(child, NULL, 0);
    free(path);
}

/* The text of the source tree's file NAME; owned. */
static inline char *source_text(const char *name)
{
    const char *source = getenv("FORGE_SOURCE");
    AUTO_FREE char *path = xasprintf("%s/%s", source ? source : ".", name);
    FILE *file = fopen(path, "r");
    if (!file)
        fail_msg("cannot open %s", path);
    char *text = NULL;
    size_t size = 0;
    assert_true(getdelim(&text, &size, '\0', file) > 0);
    fclose(file);
    return text;
}

#endif
