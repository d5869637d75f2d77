/* SPDX-License-Identifier: Apache-2.0 */
/* --service ACTION:NAME: whether a service starts at boot, said by the guest's own tool. */
#include "fsimage/guest/guest_file.h"
#include "fsimage/ops/init_system.h"
#include "fsimage/ops/ops.h"

#include <ctype.h>
#include <string.h>

enum action { ACTION_ENABLE, ACTION_DISABLE, ACTION_MASK, ACTION_COUNT };

static const char *const action_names[ACTION_COUNT] = { "enable", "disable", "mask" };

/* In place of the service's name. */
static const char NAME[] = "NAME";

/* The tools know [Install] sections, links, runlevels and scripts of other init systems better than
 * anybody; all of them work on the files alone when nothing runs. */
struct service_tool {
    enum init_system init;
    const char *program;
    const char *commands[ACTION_COUNT][6]; /* an empty one: it cannot */
};

/* clang-format off */
static const struct service_tool tools[] = {
    { INIT_SYSTEMD, "/bin/systemctl",
      { { "systemctl", "--no-reload", "enable", NAME },
        { "systemctl", "--no-reload", "disable", NAME },
        { "systemctl", "--no-reload", "mask", NAME } } },
    { INIT_OPENRC, "/sbin/rc-update",
      { { "rc-update", "add", NAME, "default" },
        { "rc-update", "--all", "delete", NAME } } },
    { INIT_SYSV, "/usr/sbin/update-rc.d",
      { { "update-rc.d", NAME, "defaults" },
        { "update-rc.d", NAME, "disable" } } },
    { INIT_SYSV, "/sbin/chkconfig",
      { { "chkconfig", NAME, "on" },
        { "chkconfig", NAME, "off" } } },
};
/* clang-format on */

static int find_action(const char *name, enum action *action)
{
    for (size_t i = 0; i < ARRAY_SIZE(action_names); i++)
        if (strcmp(action_names[i], name) == 0) {
            *action = (enum action)i;
            return 0;
        }
    return -1;
}

int check_service(struct customize_step *step, struct error **err)
{
    enum action action;
    const char *name = step->second;
    if (find_action(step->first, &action))
        return error_set(err, ERROR_USAGE, "\"%s\" is not enable, disable or mask", step->first);
    bool good = isalnum((unsigned char)*name);
    for (const char *at = name; *at; at++)
        good &= isalnum((unsigned char)*at) || strchr("-_.@:\\", *at);
    return good ? 0 : error_set(err, ERROR_USAGE, "\"%s\" is not the name of a service", name);
}

static const struct service_tool *find_tool(struct guest *guest, struct error **err)
{
    enum init_system init;
    if (init_system_find(guest, &init, err))
        return NULL;
    for (size_t i = 0; i < ARRAY_SIZE(tools); i++) {
        int exists = tools[i].init == init ? guest_file_exists(guest, tools[i].program, err) : 0;
        if (exists)
            return exists < 0 ? NULL : &tools[i];
    }
    error_set(err, ERROR_GUEST, "the guest has no tool that enables services");
    return NULL;
}

int op_service(struct guest *guest, const struct customize_step *step, struct error **err)
{
    enum action action;
    const struct service_tool *tool = find_tool(guest, err);
    if (!tool || find_action(step->first, &action))
        return -1;
    const char *argv[ARRAY_SIZE(tool->commands[0]) + 1] = { NULL };
    for (size_t i = 0; i < ARRAY_SIZE(tool->commands[0]); i++) {
        const char *word = tool->commands[action][i];
        argv[i] = word == NAME ? step->second : word;
    }
    if (!argv[0])
        return error_set(err, ERROR_GUEST, "the guest's %s cannot %s services", tool->program,
                         step->first);
    return guest_run(guest, argv, NULL, err);
}
