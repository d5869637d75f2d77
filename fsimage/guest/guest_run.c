/* SPDX-License-Identifier: Apache-2.0 */
/* The guest's own programs, run in the appliance: environment, output, certificate. */
#include "forge/base/cancel.h"
#include "forge/base/log.h"
#include "forge/base/memory.h"
#include "forge/base/strings.h"
#include "fsimage/guest/guest_private.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>

enum { TAIL_MAX = 4 << 10, CERTIFICATE_MAX = 1 << 20 };

/* $1 is the log, then NAME=VALUE up to "--", then the command. A shell of the guest is the one way
 * to give a command an environment; the values are arguments, never text that it would parse. The
 * log is a file because libguestfs keeps only the head of what a command prints; its errors are
 * the standard error of this shell, which is why the exit status goes there. What is unset are the
 * appliance's own settings; /dev, which is the appliance's too, lacks three of its links. */
#define PREPARE                                                                                    \
    "[ -e /dev/stderr ] || { ln -s fd/0 /dev/stdin; ln -s fd/1 /dev/stdout; "                      \
    "ln -s fd/2 /dev/stderr; }; "                                                                  \
    "log=$1; shift; unset LVM_SYSTEM_DIR RUNLEVEL PREVLEVEL; "                                     \
    "while [ \"$1\" != -- ]; do export \"$1\"; shift; done; shift; "
#define FINISH                                                                                     \
    "; status=$?; end_others; [ $status = 0 ] || echo \"exit status $status\" >&2; exit $status"

/* A daemon that a command has started, as dnf does a gpg-agent, would keep the appliance's /dev
 * mounted in the guest, where it would be taken for the guest's own. The build turns script/NAME.sh
 * into NAME.inc, a C string. */
static const char all_to_log[] =
#include "end_others.inc"
    PREPARE "(exec \"$@\" </dev/null >>\"$log\" 2>&1)" FINISH;
static const char errors_to_log[] =
#include "end_others.inc"
    PREPARE "(exec \"$@\" </dev/null 2>>\"$log\")" FINISH;

/* The variables by which common programs find certificates. */
static const char *const certificate_variables[] = { "SSL_CERT_FILE",       "CURL_CA_BUNDLE",
                                                     "REQUESTS_CA_BUNDLE",  "GIT_SSL_CAINFO",
                                                     "NODE_EXTRA_CA_CERTS", "PIP_CERT" };

static const char *const proxy_variables[] = {
    "http_proxy", "https_proxy", "ftp_proxy", "no_proxy",
    "HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "NO_PROXY"
};

/* Where the guest's own distribution keeps the certificates it trusts. */
static const char *const bundle_paths[] = { "/etc/ssl/certs/ca-certificates.crt",
                                            "/etc/pki/tls/certs/ca-bundle.crt",
                                            "/etc/ssl/ca-bundle.pem", "/etc/ssl/cert.pem" };

static bool can_run(const char *guest_arch)
{
    static const char *const runs_on[][2] = {
        { "x86_64", "x86_64" },   { "x86_64", "i386" },     { "i686", "i386" },
        { "aarch64", "aarch64" }, { "ppc64le", "ppc64le" }, { "s390x", "s390x" },
        { "riscv64", "riscv64" },
    };
    struct utsname host;
    uname(&host);
    for (size_t i = 0; i < ARRAY_SIZE(runs_on); i++) {
        if (strcmp(runs_on[i][0], host.machine) == 0 && strcmp(runs_on[i][1], guest_arch) == 0)
            return true;
    }
    return strcmp(host.machine, guest_arch) == 0;
}

static int check_architecture(const struct guest *guest, const char *program, struct error **err)
{
    struct utsname host;
    uname(&host);
    const char *arch = guest->facts.arch;
    if (!arch || can_run(arch))
        return 0;
    return error_set(err, ERROR_GUEST,
                     "running %s: the guest is for %s, this host is %s: its programs cannot run "
                     "here",
                     program, arch, host.machine);
}

int guest_run_prepare(struct guest *guest, struct error **err)
{
    const char *path = guest->options.ca_certificate;
    if (!path)
        return 0;
    AUTO_FD int fd = open(path, O_RDONLY | O_CLOEXEC);
    AUTO_FREE char *text = xcalloc(CERTIFICATE_MAX + 1, 1);
    ssize_t got = fd < 0 ? -1 : read(fd, text, CERTIFICATE_MAX);
    if (got < 0)
        return error_set_errno_cause(err, ERROR_USAGE, "reading the CA certificate %s", path);
    if (!strstr(text, "-----BEGIN CERTIFICATE-----"))
        return error_set(err, ERROR_USAGE, "%s: holds no certificate in PEM", path);
    guest->ca_certificate = STEAL(text);
    return 0;
}

static bool is_plain_file(struct guest *guest, const char *path)
{
    return guestfs_is_file_opts(guest->handle, path, GUESTFS_IS_FILE_OPTS_FOLLOWSYMLINKS, 0, -1) ==
           1;
}

/* Our certificate behind those that the guest trusts anyway: the variables replace its own list. */
static int put_certificate(struct guest *guest, const char *path, struct error **err)
{
    AUTO_FREE char *trusted = NULL;
    size_t size = 0;
    for (size_t i = 0; i < ARRAY_SIZE(bundle_paths) && !trusted; i++) {
        if (is_plain_file(guest, bundle_paths[i]) &&
            guestfs_filesize(guest->handle, bundle_paths[i]) <= CERTIFICATE_MAX)
            trusted = guestfs_read_file(guest->handle, bundle_paths[i], &size);
    }
    AUTO_FREE char *all =
        xasprintf("%.*s\n%s", (int)size, trusted ? trusted : "", guest->ca_certificate);
    if (guestfs_write(guest->handle, path, all, strlen(all)) ||
        guestfs_chmod(guest->handle, 0644, path))
        return guest_error(guest, err, "placing the CA certificate in the guest");
    return 0;
}

static int make_run_dir(struct guest *guest, struct error **err)
{
    if (guest->run_dir)
        return 0;
    bool has_tmp =
        guestfs_is_dir_opts(guest->handle, "/tmp", GUESTFS_IS_DIR_OPTS_FOLLOWSYMLINKS, 0, -1) == 1;
    guest->run_dir =
        guestfs_mkdtemp(guest->handle, has_tmp ? "/tmp/.forge-XXXXXX" : "/.forge-XXXXXX");
    if (!guest->run_dir || guestfs_chmod(guest->handle, 0755, guest->run_dir))
        return guest_error(guest, err, "making a temporary directory in the guest");
    if (!guest->ca_certificate)
        return 0;
    AUTO_FREE char *path = path_join(guest->run_dir, "ca.pem");
    return put_certificate(guest, path, err);
}

const char *guest_run_directory(struct guest *guest, struct error **err)
{
    return make_run_dir(guest, err) ? NULL : guest->run_dir;
}

int guest_run_finish(struct guest *guest, struct error **err)
{
    if (guest->run_dir && guestfs_rm_rf(guest->handle, guest->run_dir))
        return guest_error(guest, err, "removing %s from the guest", guest->run_dir);
    free(STEAL(guest->run_dir));
    return 0;
}

/* A proxy that listens on this host's loopback is at another address as the appliance sees it. */
static char *proxy_for_guest(const char *variable, const char *value)
{
    static const char *const loopback[] = { "127.0.0.1", "localhost", "[::1]" };
    static const char host_from_inside[] = "169.254.2.2";
    if (strcasecmp(variable, "no_proxy") == 0)
        return xstrdup(value);
    const char *scheme = strstr(value, "://"), *host = scheme ? scheme + 3 : value;
    const char *slash = strchr(host, '/'), *at = strrchr(host, '@');
    if (at && (!slash || at < slash))
        host = at + 1;
    for (size_t i = 0; i < ARRAY_SIZE(loopback); i++) {
        size_t length = strlen(loopback[i]);
        if (strncasecmp(host, loopback[i], length) == 0 && strchr(":/", host[length]))
            return xasprintf("%.*s%s%s", (int)(host - value), value, host_from_inside,
                             host + length);
    }
    return xstrdup(value);
}

static void add_environment(const struct guest *guest, struct string_list *to)
{
    string_list_add(to, "LANG=C.UTF-8");
    string_list_add(to, "LC_ALL=C.UTF-8");
    string_list_add(to, "DEBIAN_FRONTEND=noninteractive");
    string_list_add(to, "HOME=/root");
    string_list_add(to, "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
    for (size_t i = 0; guest->options.network && i < ARRAY_SIZE(proxy_variables); i++) {
        const char *value = getenv(proxy_variables[i]);
        if (!value)
            continue;
        AUTO_FREE char *proxy = proxy_for_guest(proxy_variables[i], value);
        string_list_take(to, xasprintf("%s=%s", proxy_variables[i], proxy));
    }
    for (size_t i = 0; guest->ca_certificate && i < ARRAY_SIZE(certificate_variables); i++)
        string_list_take(to, xasprintf("%s=%s/ca.pem", certificate_variables[i], guest->run_dir));
}

/* The last bytes of the log; a program of the guest may have put anything in its place. */
static char *read_log(struct guest *guest, const char *log)
{
    if (!is_plain_file(guest, log))
        return NULL;
    int64_t size = guestfs_filesize(guest->handle, log);
    if (size <= 0)
        return NULL;
    size_t got = 0;
    AUTO_FREE char *tail =
        guestfs_pread(guest->handle, log, TAIL_MAX, size > TAIL_MAX ? size - TAIL_MAX : 0, &got);
    AUTO_FREE char *text = tail ? xstrndup(tail, got) : NULL;
    return text ? guest_printable(text) : NULL;
}

/* " with exit status 3" from the end of libguestfs's text, which is what our shell said; owned,
 * empty when it could not say anything. */
static char *told_status(const char *text)
{
    static const char words[] = "exit status ";
    const char *found = NULL;
    for (const char *at = text; (at = strstr(at, words)); at++)
        found = at;
    size_t digits = found ? strspn(found + strlen(words), "0123456789") : 0;
    return digits ? xasprintf(" with %s%.*s", words, (int)digits, found + strlen(words))
                  : xstrdup("");
}

static int run_failed(struct guest *guest, const char *program, const char *log, struct error **err)
{
    if (cancel_check(err))
        return -1;
    AUTO_FREE char *reason = guest_printable(guestfs_last_error(guest->handle));
    AUTO_FREE char *status = told_status(reason);
    AUTO_FREE char *output = read_log(guest, log);
    if (output && *output)
        return error_set(err, ERROR_GUEST, "%s failed in the guest%s:\n%s", program, status,
                         output);
    if (*status)
        return error_set(err, ERROR_GUEST, "%s failed in the guest%s, and printed nothing", program,
                         status);
    return error_set(err, ERROR_GUEST, "%s failed in the guest: %s", program, reason);
}

int guest_run(struct guest *guest, const char *const argv[], char **output, struct error **err)
{
    if (check_architecture(guest, argv[0], err) || make_run_dir(guest, err))
        return -1;
    AUTO_FREE char *log = path_join(guest->run_dir, "log");
    guestfs_rm_f(guest->handle, log);
    AUTO_STRINGS struct string_list command = { 0 };
    string_list_add(&command, "/bin/sh");
    string_list_add(&command, "-c");
    string_list_add(&command, output ? errors_to_log : all_to_log);
    string_list_add(&command, "forge");
    string_list_add(&command, log);
    add_environment(guest, &command);
    string_list_add(&command, "--");
    for (size_t i = 0; argv[i]; i++)
        string_list_add(&command, argv[i]);

    AUTO_FREE char *text = guestfs_command(guest->handle, command.items);
    if (!text)
        return run_failed(guest, argv[0], log, err);
    AUTO_FREE char *printed = log_level() >= LOG_DEBUG ? read_log(guest, log) : NULL;
    if (printed && *printed)
        log_debug("%s printed:\n%s", argv[0], printed);
    if (output)
        *output = STEAL(text);
    return 0;
}
