/* SPDX-License-Identifier: Apache-2.0 */
/* --ntp SERVER,...: where chrony, or else systemd-timesyncd, gets the time. */
#include "fsimage/guest/guest_file.h"
#include "fsimage/ops/ops.h"

#include <ctype.h>
#include <string.h>

static const char pool[] = "pool:";

static const char *host_of(const char *item)
{
    return item + (starts_with(item, pool) ? strlen(pool) : 0);
}

int check_ntp(struct customize_step *step, struct error **err)
{
    for (size_t i = 0; i < step->items.count; i++) {
        const char *host = host_of(step->items.items[i]);
        bool good = isalnum((unsigned char)*host);
        for (const char *at = host; *at; at++)
            good &= isalnum((unsigned char)*at) || strchr(".:-_", *at);
        if (!good)
            return error_set(err, ERROR_USAGE, "\"%s\" is not the name of a server", host);
    }
    return 0;
}

/* chrony takes its directives in any case. */
static bool is_source(const char *line)
{
    static const char *const names[] = { "server", "pool", "peer" };
    line += strspn(line, " \t");
    size_t length = strcspn(line, " \t");
    for (size_t i = 0; i < ARRAY_SIZE(names); i++)
        if (strlen(names[i]) == length && strncasecmp(line, names[i], length) == 0)
            return true;
    return false;
}

/* chrony.conf(5) in TEXT with the step's servers in place of its own; owned. */
static char *replace_servers(char *text, const struct customize_step *step)
{
    AUTO_STRINGS struct string_list lines = { 0 };
    for (size_t i = 0; i < step->items.count; i++) {
        const char *item = step->items.items[i];
        string_list_take(&lines,
                         xasprintf("%s %s iburst\n", starts_with(item, pool) ? "pool" : "server",
                                   host_of(item)));
    }
    for (char *line; (line = strsep(&text, "\n")) && (*line || text);)
        if (!is_source(line))
            string_list_take(&lines, xasprintf("%s\n", line));
    return string_list_join(&lines, "");
}

static int write_chrony(struct guest *guest, const char *path, const struct customize_step *step,
                        struct error **err)
{
    size_t length;
    AUTO_FREE char *text = guest_file_read(guest, path, &length, err);
    AUTO_FREE char *changed = text ? replace_servers(text, step) : NULL;
    return changed ? guest_file_write(guest, path, changed, strlen(changed), err) : -1;
}

/* timesyncd.conf(5): servers add up over its files; an empty list forgets those before it. */
static int write_timesyncd(struct guest *guest, const char *dir, const struct customize_step *step,
                           struct error **err)
{
    AUTO_FREE char *path = path_join(dir, "forge.conf");
    AUTO_STRINGS struct string_list hosts = { 0 };
    for (size_t i = 0; i < step->items.count; i++)
        string_list_add(&hosts, host_of(step->items.items[i]));
    AUTO_FREE char *servers = string_list_join(&hosts, " ");
    AUTO_FREE char *text = xasprintf("[Time]\nNTP=\nNTP=%s\n", servers);
    return guest_file_make_directory(guest, dir, err)
               ? -1
               : guest_file_write(guest, path, text, strlen(text), err);
}

/* What shows that the guest has a program, in the order of preference, and what tells it. */
static const struct client {
    const char *sign, *target;
    int (*write)(struct guest *guest, const char *target, const struct customize_step *step,
                 struct error **err);
} clients[] = {
    { "/etc/chrony/chrony.conf", "/etc/chrony/chrony.conf", write_chrony }, /* Debian, Alpine */
    { "/etc/chrony.conf", "/etc/chrony.conf", write_chrony },
    { "/lib/systemd/systemd-timesyncd", "/etc/systemd/timesyncd.conf.d", write_timesyncd },
};

int op_ntp(struct guest *guest, const struct customize_step *step, struct error **err)
{
    for (size_t i = 0; i < ARRAY_SIZE(clients); i++) {
        int there = guest_file_exists(guest, clients[i].sign, err);
        if (there)
            return there < 0 ? -1 : clients[i].write(guest, clients[i].target, step, err);
    }
    return error_set(
        err, ERROR_GUEST,
        "the guest has neither chrony nor systemd-timesyncd: install one of them first");
}
