/* SPDX-License-Identifier: Apache-2.0 */
/* A fixed appliance: what supermin makes in a cache, made once into a directory to keep. */
#include "forge/base/log.h"
#include "forge/base/memory.h"
#include "forge/base/process.h"
#include "forge/base/strings.h"
#include "forge/base/workdir.h"
#include "fsimage/doctor/doctor.h"
#include "fsimage/doctor/doctor_private.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>

/* The file by which libguestfs tells a fixed appliance from supermin's input. */
static const char readme[] =
    "This is a fixed libguestfs appliance: kernel, initrd and root file system, made by\n"
    "\"forge appliance\". Use it with --appliance DIR, FORGE_APPLIANCE, or LIBGUESTFS_PATH.\n";

/* Where libguestfs keeps what supermin starts from: the first supermin.d on its path. Owned. */
static char *supermin_input(struct error **err)
{
    guestfs_h *handle = guestfs_create_flags(0);
    AUTO_STRINGS struct string_list dirs = { 0 };
    if (handle) {
        string_list_split(&dirs, guestfs_get_path(handle), ':');
        guestfs_close(handle);
    }
    for (size_t i = 0; i < dirs.count; i++) {
        AUTO_FREE char *path = path_join(dirs.items[i], "supermin.d");
        if (access(path, R_OK | X_OK) == 0)
            return STEAL(path);
    }
    AUTO_FREE char *remedy = package_remedy("libguestfs");
    error_set(err, ERROR_HOST, "libguestfs has no supermin.d to make an appliance from; %s",
              remedy);
    return NULL;
}

static int write_readme(const char *dir, struct error **err)
{
    AUTO_FREE char *path = path_join(dir, "README.fixed");
    AUTO_FD int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (fd < 0 || write(fd, readme, strlen(readme)) != (ssize_t)strlen(readme))
        return error_set_errno(err, "writing %s", path);
    return 0;
}

/* supermin makes the files readable for their maker only. */
static int make_readable(const char *dir, struct error **err)
{
    static const char *const files[] = { "kernel", "initrd", "root" };
    for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
        AUTO_FREE char *path = path_join(dir, files[i]);
        if (chmod(path, 0644))
            return error_set_errno(err, "supermin made no %s", files[i]);
    }
    return chmod(dir, 0755) ? error_set_errno(err, "%s", dir) : 0;
}

static int run_supermin(const char *input, const char *dir, struct error **err)
{
    struct utsname host;
    uname(&host);
    const char *const argv[] = { "supermin",   "--build",    "--copy-kernel", "-f", "ext2",
                                 "--host-cpu", host.machine, input,           "-o", dir,
                                 NULL };
    if (process_run(argv, ERROR_HOST, NULL, NULL, err)) {
        error_wrap(err, "making the appliance");
        return -1;
    }
    return 0;
}

/* Missing, or a directory with nothing in it: rename(2) replaces that at the end. */
static int check_target(const char *directory, struct error **err)
{
    DIR *dir = opendir(directory);
    if (!dir)
        return errno == ENOENT ? 0 : error_set_errno(err, "%s", directory);
    size_t entries = 0;
    while (readdir(dir))
        entries++;
    closedir(dir);
    return entries > 2 ? error_set(err, ERROR_FAILED, "%s is not empty", directory) : 0;
}

int appliance_make(const char *directory, struct progress *progress, struct error **err)
{
    AUTO_FREE char *target = xstrdup(directory);
    for (size_t length = strlen(target); length > 1 && target[length - 1] == '/';)
        target[--length] = '\0';
    if (check_target(target, err))
        return -1;
    AUTO_FREE char *parent = path_dirname(target);
    AUTO_FREE char *input = supermin_input(err);
    AUTO(workdir_close) struct workdir *workdir = input ? workdir_create(parent, err) : NULL;
    if (!workdir)
        return -1;
    AUTO_FREE char *dir = workdir_file(workdir, "appliance");
    progress_begin(progress, "making the appliance", 0);
    if (run_supermin(input, dir, err) || make_readable(dir, err) || write_readme(dir, err))
        return -1;
    if (rename(dir, target))
        return error_set_errno(err, "giving the appliance the name %s", directory);
    progress_end(progress);
    return 0;
}
