/* SPDX-License-Identifier: Apache-2.0 */
/* --hostname NAME: the files that hold the name, for every family of distributions. */
#include "fsimage/guest/guest_file.h"
#include "fsimage/ops/ops.h"

#include <ctype.h>
#include <string.h>

/* HOST_NAME_MAX of Linux; a label is limited by RFC 1123. */
enum { NAME_MAX_LENGTH = 64, LABEL_MAX = 63 };

const char *const hostname_settings[] = { "fqdn", NULL };

static int check_name(const char *name, struct error **err)
{
    size_t label = 0;
    for (const char *at = name;; at++) {
        bool ends = *at == '.' || !*at;
        bool misplaced = ends ? label == 0 || at[-1] == '-' : *at == '-' && label == 0;
        if (misplaced || (!ends && !isalnum((unsigned char)*at) && *at != '-'))
            return error_set(err, ERROR_USAGE,
                             "a hostname has letters, digits, inner hyphens and dots");
        label = ends ? 0 : label + 1;
        if (label > LABEL_MAX || at - name > NAME_MAX_LENGTH)
            return error_set(err, ERROR_USAGE,
                             "a hostname has at most %d characters, %d between dots",
                             NAME_MAX_LENGTH, LABEL_MAX);
        if (!*at)
            return 0;
    }
}

int check_hostname(struct customize_step *step, struct error **err)
{
    const char *full = customize_step_setting(step, "fqdn");
    return check_name(step->first, err) || (full && check_name(full, err)) ? -1 : 0;
}

/* /etc/hostname is read by systemd and Debian's scripts, /etc/HOSTNAME by old SUSE and Slackware:
 * the second only where it is a file of its own. */
static int write_name_files(struct guest *guest, const char *name, struct error **err)
{
    AUTO_FREE char *line = xasprintf("%s\n", name);
    if (guest_file_write(guest, "/etc/hostname", line, strlen(line), err))
        return -1;
    int old = guest_file_exists(guest, "/etc/HOSTNAME", err);
    return old > 0 ? guest_file_write(guest, "/etc/HOSTNAME", line, strlen(line), err) : old;
}

/* The HOSTNAME= line of /etc/sysconfig/network wins over /etc/hostname on old Red Hat systems. */
static int update_sysconfig(struct guest *guest, const char *name, struct error **err)
{
    static const char path[] = "/etc/sysconfig/network";
    size_t length;
    AUTO_FREE char *text = guest_file_read_or_empty(guest, path, &length, err);
    if (!text)
        return -1;
    AUTO_FREE char *result = xstrdup("");
    bool found = false;
    for (char *next = text, *line; (line = strsep(&next, "\n")) && (*line || next);) {
        bool match = starts_with(line, "HOSTNAME=");
        found |= match;
        char *longer = match ? xasprintf("%sHOSTNAME=%s\n", result, name)
                             : xasprintf("%s%s\n", result, line);
        free(result);
        result = longer;
    }
    return found ? guest_file_write(guest, path, result, strlen(result), err) : 0;
}

/* True when the word's first label is HOST. */
static bool names_host(const char *word, const char *host)
{
    size_t length = strcspn(word, ".");
    return *host && length == strlen(host) && strncmp(word, host, length) == 0;
}

/* A loopback line "ADDRESS NAME..." with every name of the host OLD replaced by NAMES, once. */
static char *replace_in_hosts_line(const char *line, const char *old, const char *names,
                                   bool *replaced)
{
    AUTO_STRINGS struct string_list words = { 0 };
    AUTO_FREE char *blank = xstrdup(line);
    blank[strcspn(blank, "#")] = '\0';
    for (char *at = blank; *at; at++)
        if (*at == '\t')
            *at = ' ';
    string_list_split(&words, blank, ' ');
    bool loopback = words.count &&
                    (starts_with(words.items[0], "127.") || strcmp(words.items[0], "::1") == 0);
    bool found = false;
    for (size_t i = 1; loopback && i < words.count; i++)
        found |= names_host(words.items[i], old);
    if (!found)
        return xstrdup(line);

    char *result = xasprintf("%s\t%s", words.items[0], names);
    for (size_t i = 1; i < words.count; i++) {
        if (names_host(words.items[i], old))
            continue;
        char *longer = xasprintf("%s %s", result, words.items[i]);
        free(result);
        result = longer;
    }
    *replaced = true;
    return result;
}

/* What /etc/hosts calls the host: the name with its domain first, then the short one; owned. */
static char *all_names(const char *name, const char *full)
{
    AUTO_FREE char *short_name = xstrndup(name, strcspn(name, "."));
    const char *first = full ? full : name;
    return strcmp(first, short_name) == 0 ? xstrdup(first) : xasprintf("%s %s", first, short_name);
}

/* Debian's installer gives the host's own name an address in /etc/hosts: keep it resolvable. */
static int update_hosts(struct guest *guest, const char *old_name, const char *names,
                        struct error **err)
{
    static const char path[] = "/etc/hosts";
    int exists = guest_file_exists(guest, path, err);
    if (exists <= 0)
        return exists;
    size_t length;
    AUTO_FREE char *text = guest_file_read(guest, path, &length, err);
    if (!text)
        return -1;
    AUTO_FREE char *old = xstrndup(old_name, strcspn(old_name, "."));
    if (strcmp(old, "localhost") == 0)
        *old = '\0'; /* that name stays */
    bool replaced = false;
    AUTO_FREE char *result = xstrdup("");
    for (char *next = text, *line; (line = strsep(&next, "\n")) && (*line || next);) {
        AUTO_FREE char *updated = replace_in_hosts_line(line, old, names, &replaced);
        char *longer = xasprintf("%s%s\n", result, updated);
        free(result);
        result = longer;
    }
    if (!replaced) {
        char *longer = xasprintf("%s127.0.1.1\t%s\n", result, names);
        free(result);
        result = longer;
    }
    return guest_file_write(guest, path, result, strlen(result), err);
}

/* The name so far, as Debian has it, "" when there is none; owned. */
static char *current_name(struct guest *guest, struct error **err)
{
    size_t length;
    char *text = guest_file_read_or_empty(guest, "/etc/hostname", &length, err);
    if (text)
        text[strcspn(text, " \t\r\n")] = '\0';
    return text;
}

int op_hostname(struct guest *guest, const struct customize_step *step, struct error **err)
{
    AUTO_FREE char *old_name = current_name(guest, err);
    if (!old_name || write_name_files(guest, step->first, err) ||
        update_sysconfig(guest, step->first, err))
        return -1;
    const char *format = guest_facts(guest)->package_format;
    bool debian = format && strcmp(format, "deb") == 0;
    const char *full = customize_step_setting(step, "fqdn");
    AUTO_FREE char *names = all_names(step->first, full);
    return debian || full ? update_hosts(guest, old_name, names, err) : 0;
}
