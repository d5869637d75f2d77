/* SPDX-License-Identifier: Apache-2.0 */
/* --ntp SERVER,...: where chrony, or else systemd-timesyncd, gets the time. */
#include "fsimage/ops/guest_file.h"
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

/* Append LINE to *TEXT. */
static void append(char **text, const char *line)
{
    char *longer = xasprintf("%s%s\n", *text, line);
    free(*text);
    *text = longer;
}

static bool is_source(const char *line)
{
    line += strspn(line, " \t");
    return starts_with(line, "server ") || starts_with(line, "pool ") || starts_with(line, "peer ");
}

/* chrony.conf(5) in TEXT with the step's servers in place of its own; owned. */
static char *replace_servers(char *text, const struct customize_step *step)
{
    char *result = xstrdup("");
    for (size_t i = 0; i < step->items.count; i++) {
        const char *item = step->items.items[i];
        AUTO_FREE char *line =
            xasprintf("%s %s iburst", starts_with(item, pool) ? "pool" : "server", host_of(item));
        append(&result, line);
    }
    for (char *line; (line = strsep(&text, "\n")) && (*line || text);)
        if (!is_source(line))
            append(&result, line);
    return result;
}

static int write_chrony(struct guest *guest, const char *path, const struct customize_step *step,
                        struct error **err)
{
    size_t length;
    AUTO_FREE char *text = guest_file_read(guest, path, &length, err);
    AUTO_FREE char *changed = text ? replace_servers(text, step) : NULL;
    return changed ? guest_file_write(guest, path, changed, strlen(changed), err) : -1;
}

/* timesyncd.conf(5): a drop-in with NTP= replaces the servers that the main file may name. */
static int write_timesyncd(struct guest *guest, const char *dir, const struct customize_step *step,
                           struct error **err)
{
    AUTO_FREE char *path = path_join(dir, "forge.conf");
    AUTO_FREE char *text = xstrdup("[Time]\nNTP=");
    for (size_t i = 0; i < step->items.count; i++) {
        char *longer = xasprintf("%s%s%s", text, i ? " " : "", host_of(step->items.items[i]));
        free(text);
        text = longer;
    }
    append(&text, "");
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
