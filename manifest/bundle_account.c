/* SPDX-License-Identifier: Apache-2.0 */
/* Twelve digits, with or without hyphens. */
#include "manifest/bundle_account.h"
#include "forge/base/memory.h"

#include <stdbool.h>
#include <string.h>

char *bundle_account(const char *user)
{
    enum { ACCOUNT_DIGITS = 12 };
    char *digits = xcalloc(strlen(user) + 1, 1);
    size_t count = 0;
    bool clean = true;
    for (; *user; user++) {
        clean = clean && (*user == '-' || (*user >= '0' && *user <= '9'));
        if (*user != '-')
            digits[count++] = *user;
    }
    if (clean && count == ACCOUNT_DIGITS)
        return digits;
    free(digits);
    return NULL;
}
