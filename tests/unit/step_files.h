/* SPDX-License-Identifier: Apache-2.0 */
/* Local files that steps may name. */
#ifndef FORGE_TESTS_UNIT_STEP_FILES_H
#define FORGE_TESTS_UNIT_STEP_FILES_H

#include "tests/unit/check.h"

#include <sys/stat.h>

static char *dir; /* with "file", "script" (executable), "key.pub", "tree/" */

static inline void put(const char *name, const char *text, mode_t mode)
{
    AUTO_FREE char *path = path_join(dir, name);
    FILE *file = fopen(path, "w");
    fputs(text, file);
    fclose(file);
    chmod(path, mode);
}

static inline int make_files(void **state)
{
    (void)state;
    dir = make_scratch();
    AUTO_FREE char *tree = path_join(dir, "tree");
    mkdir(tree, 0700);
    put("file", "text\n", 0600);
    put("script", "#!/bin/sh\n", 0700);
    put("empty", "", 0600);
    put("password", "hunter2\nsecond line\n", 0600);
    put("key.pub", "ssh-ed25519 AAAAC3NzaC1lZDI1 me\n", 0600);
    put("tree/inner", "x", 0600);
    put("ca.pem", "-----BEGIN CERTIFICATE-----\nMII=\n-----END CERTIFICATE-----\n", 0600);
    put("keyed.pem",
        "-----BEGIN PRIVATE KEY-----\n-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n",
        0600);
    put("apt.asc", "-----BEGIN PGP PUBLIC KEY BLOCK-----\n", 0600);
    put("apt.gpg", "\x99\x01", 0600);
    put("secret.gpg", "\x95\x03", 0600);
    put("new.sources", "Types: deb\nURIs: http://host/\nSigned-By: apt.asc\n", 0600);
    return 0;
}

static inline int remove_files(void **state)
{
    (void)state;
    remove_scratch(dir);
    return 0;
}

#endif
