/* SPDX-License-Identifier: Apache-2.0 */
/* --selinux-relabel: labels by the guest's own setfiles(8) and policy, now or not at all. */
#include "fsimage/guest/guest_file.h"
#include "fsimage/ops/ops.h"

#include <ctype.h>
#include <string.h>

/* The policy that /etc/selinux/config names; owned. */
static char *policy_name(struct guest *guest, struct error **err)
{
    static const char path[] = "/etc/selinux/config", key[] = "SELINUXTYPE=";
    int exists = guest_file_exists(guest, path, err);
    size_t length;
    AUTO_FREE char *text = exists > 0 ? guest_file_read(guest, path, &length, err) : NULL;
    if (!text) {
        error_set(err, ERROR_GUEST, "the guest has no SELinux: there is no %s", path);
        return NULL;
    }
    for (char *next = text, *line; (line = strsep(&next, "\n"));) {
        char *name = line + strlen(key);
        if (!starts_with(line, key))
            continue;
        name[strcspn(name, " \t\r")] = '\0';
        for (const char *at = name; *at; at++)
            if (!isalnum((unsigned char)*at) && !strchr("_-", *at)) {
                error_set(err, ERROR_GUEST, "%s: SELINUXTYPE is no name", path);
                return NULL;
            }
        return xstrdup(name);
    }
    return xstrdup("targeted"); /* the libraries' own default */
}

/* The first of PATHS that the guest has; an error says that WHAT is missing. */
static const char *find_file(struct guest *guest, const char *const paths[], const char *what,
                             struct error **err)
{
    for (; *paths; paths++) {
        int exists = guest_file_exists(guest, *paths, err);
        if (exists)
            return exists < 0 ? NULL : *paths;
    }
    error_set(err, ERROR_GUEST, "the guest has no %s: it cannot be relabelled", what);
    return NULL;
}

/* File systems without extended attributes, such as the EFI one, have no labels. */
static int exclude_mounts(struct guest *guest, struct string_list *argv, struct error **err)
{
    static const char *const labelled[] = { "ext2", "ext3", "ext4", "xfs", "btrfs", "f2fs" };
    AUTO(guest_strings_free) char **mounts = guestfs_mountpoints(guest_handle(guest));
    if (!mounts)
        return guest_error(guest, err, "listing the guest's file systems");
    for (size_t i = 0; mounts[i] && mounts[i + 1]; i += 2) { /* device, place */
        AUTO_FREE char *type = guestfs_vfs_type(guest_handle(guest), mounts[i]);
        if (!type)
            return guest_error(guest, err, "%s", mounts[i]);
        bool has_labels = false;
        for (size_t j = 0; j < ARRAY_SIZE(labelled); j++)
            has_labels |= strcmp(labelled[j], type) == 0;
        if (has_labels)
            continue;
        string_list_add(argv, "-e");
        string_list_add(argv, mounts[i + 1]);
    }
    return 0;
}

int op_selinux_relabel(struct guest *guest, const struct customize_step *step, struct error **err)
{
    static const char *const programs[] = { "/usr/sbin/setfiles", "/sbin/setfiles", NULL };
    /* Of the appliance while a command runs. */
    static const char *const others[] = { "/dev", "/proc", "/sys" };
    (void)step;
    AUTO_FREE char *policy = policy_name(guest, err);
    if (!policy)
        return -1;
    AUTO_FREE char *contexts = xasprintf("/etc/selinux/%s/contexts/files/file_contexts", policy);
    const char *const rules[] = { contexts, NULL };
    const char *program = find_file(guest, programs, "setfiles", err);
    if (!program || !find_file(guest, rules, contexts, err))
        return -1;
    AUTO_STRINGS struct string_list argv = { 0 };
    string_list_add(&argv, program);
    string_list_add(&argv, "-F"); /* whole labels, not their types alone */
    string_list_add(&argv, "-m"); /* the appliance mounts everything without labels */
    for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
        string_list_add(&argv, "-e");
        string_list_add(&argv, others[i]);
    }
    if (exclude_mounts(guest, &argv, err))
        return -1;
    string_list_add(&argv, contexts);
    string_list_add(&argv, "/");
    if (guest_run(guest, (const char *const *)argv.items, NULL, err))
        return -1;
    /* Somebody's wish for just this, at the next boot. */
    return guestfs_rm_f(guest_handle(guest), "/.autorelabel")
               ? guest_error(guest, err, "removing /.autorelabel")
               : 0;
}
