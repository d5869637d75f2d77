/* SPDX-License-Identifier: Apache-2.0 */
/* Finds the tools' home from the place of the link that was called. */
#include "forge/compat/tool_home.h"
#include "forge/base/cleanup.h"
#include "forge/base/strings.h"

#include <string.h>

/* Where the shell found PROGRAM; owned, or NULL. */
static char *find_program(const char *program)
{
    if (strchr(program, '/'))
        return xstrdup(program);
    const char *path = getenv("PATH");
    AUTO_STRINGS struct string_list folders = { 0 };
    string_list_split(&folders, path ? path : "", ':');
    for (size_t i = 0; i < folders.count; i++) {
        AUTO_FREE char *candidate = path_join(folders.items[i], program);
        if (access(candidate, X_OK) == 0)
            return STEAL(candidate);
    }
    return NULL;
}

void tool_home_complete(const char *program)
{
    if (getenv("EC2_AMITOOL_HOME") || getenv("EC2_HOME"))
        return;
    AUTO_FREE char *link = find_program(program);
    if (!link)
        return;
    AUTO_FREE char *folder = path_dirname(link);
    AUTO_FREE char *parent = path_join(folder, "..");
    AUTO_FREE char *certificates = path_join(parent, "etc/ec2/amitools");
    if (access(certificates, X_OK) == 0)
        (void)setenv("EC2_AMITOOL_HOME", parent, 0);
}
