/* SPDX-License-Identifier: Apache-2.0 */
/* External programs: run to their end with output collected, or started beside us. */
#include "forge/base/process.h"
#include "forge/base/cancel.h"
#include "forge/base/memory.h"
#include "forge/base/strings.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>

enum { OUTPUT_MAX = 16 << 20, TAIL_MAX = 4 << 10 };

extern char **environ;

/* What came out of one pipe; TAIL_ONLY keeps the last bytes instead of the first. */
struct collected {
    char *text;
    size_t length, limit;
    bool tail_only;
};

static void collect(struct collected *into, const char *bytes, size_t count)
{
    if (into->tail_only && into->length + count > into->limit) {
        size_t keep = into->limit > count ? into->limit - count : 0;
        keep = keep < into->length ? keep : into->length;
        memmove(into->text, into->text + into->length - keep, keep);
        into->length = keep;
    }
    size_t room = into->limit - into->length;
    if (count > room) {
        bytes += into->tail_only ? count - room : 0;
        count = room;
    }
    into->text = xrealloc(into->text, into->length + count + 1, 1);
    memcpy(into->text + into->length, bytes, count);
    into->length += count;
    into->text[into->length] = '\0';
}

/* Read both pipes to their ends; a signal to us ends the child. */
static int drain(int out_fd, int err_fd, pid_t pid, struct collected *out, struct collected *tail,
                 struct error **err)
{
    struct pollfd fds[] = { { .fd = out_fd, .events = POLLIN },
                            { .fd = err_fd, .events = POLLIN } };
    struct collected *into[] = { out, tail };
    char buffer[16 << 10];
    while (fds[0].fd >= 0 || fds[1].fd >= 0) {
        if (cancel_check(err)) {
            kill(pid, SIGKILL);
            return -1;
        }
        if (poll(fds, ARRAY_SIZE(fds), 200) < 0 && errno != EINTR)
            return error_set_errno(err, "waiting for a program's output");
        for (size_t i = 0; i < ARRAY_SIZE(fds); i++) {
            if (fds[i].fd < 0 || !fds[i].revents)
                continue;
            ssize_t got = read(fds[i].fd, buffer, sizeof(buffer));
            if (got > 0)
                collect(into[i], buffer, (size_t)got);
            else if (got == 0 || errno != EINTR)
                fds[i].fd = -1;
        }
        fds[0].revents = fds[1].revents = 0;
    }
    return 0;
}

static pid_t spawn_with_pipes(const char *const argv[], int out_fd, int err_fd, struct error **err)
{
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, out_fd, 1);
    posix_spawn_file_actions_adddup2(&actions, err_fd, 2);
    pid_t pid = -1;
    errno = posix_spawnp(&pid, argv[0], &actions, NULL, (char *const *)argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    if (errno) {
        error_set_errno_cause(err, ERROR_HOST, "running %s", argv[0]);
        return -1;
    }
    return pid;
}

static int wait_for(pid_t pid)
{
    int status = 0;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        continue;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int process_run(const char *const argv[], enum error_cause cause, char **output, int *status,
                struct error **err)
{
    int out[2], errors[2];
    if (pipe2(out, O_CLOEXEC))
        return error_set_errno(err, "making a pipe");
    AUTO_FD int out_fd = out[0];
    AUTO_FD int out_write = out[1];
    if (pipe2(errors, O_CLOEXEC))
        return error_set_errno(err, "making a pipe");
    AUTO_FD int err_fd = errors[0];
    AUTO_FD int err_write = errors[1];

    pid_t pid = spawn_with_pipes(argv, out_write, err_write, err);
    if (pid < 0)
        return -1;
    close(steal_fd(&out_write));
    close(steal_fd(&err_write));

    struct collected text = { .limit = OUTPUT_MAX };
    struct collected tail = { .limit = TAIL_MAX, .tail_only = true };
    int drained = drain(out_fd, err_fd, pid, &text, &tail, err);
    AUTO_FREE char *stdout_text = text.text ? text.text : xstrdup("");
    AUTO_FREE char *stderr_text = tail.text ? tail.text : xstrdup("");
    int exit_status = wait_for(pid);
    if (drained)
        return -1;
    if (status)
        *status = exit_status;
    else if (exit_status) {
        size_t length = strlen(stderr_text);
        while (length && stderr_text[length - 1] == '\n')
            stderr_text[--length] = '\0';
        return error_set(err, cause, "%s failed with status %d%s%s", argv[0], exit_status,
                         length ? ": " : "", stderr_text);
    }
    if (output)
        *output = STEAL(stdout_text);
    return 0;
}

/* Our environment and the two variables of socket activation: LISTEN_FDS, and LISTEN_PID with room
 * for the number that only the child knows. Entries are borrowed but for the two; owned array. */
static char **activation_environment(size_t count, char listen_fds[], char listen_pid[])
{
    struct string_list kept = { 0 };
    for (char **entry = environ; *entry; entry++) {
        if (!starts_with(*entry, "LISTEN_"))
            string_list_take(&kept, *entry);
    }
    sprintf(listen_fds, "LISTEN_FDS=%zu", count);
    string_list_take(&kept, listen_fds);
    string_list_take(&kept, listen_pid);
    return kept.items;
}

/* Write "LISTEN_PID=NUMBER"; after fork only what is safe in a signal handler may be called. */
static void write_listen_pid(char text[], pid_t pid)
{
    char digits[16];
    size_t count = 0, at = strlen("LISTEN_PID=");
    for (; pid || !count; pid /= 10)
        digits[count++] = (char)('0' + pid % 10);
    memcpy(text, "LISTEN_PID=", at);
    while (count)
        text[at++] = digits[--count];
    text[at] = '\0';
}

/* fork rather than posix_spawn: the child must ask to die with its parent before it execs. */
pid_t process_start(const char *const argv[], const int fds[], size_t count, int log_fd,
                    struct error **err)
{
    enum { FIRST_FD = 3, CLEAR_OF_TARGETS = 64 };
    char listen_fds[40], listen_pid[40] = "";
    AUTO_FREE char **environment = activation_environment(count, listen_fds, listen_pid);
    pid_t parent = getpid(), pid = fork();
    if (pid < 0)
        return error_set_errno(err, "starting %s", argv[0]);
    if (pid > 0)
        return pid;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(127);
    int null = open("/dev/null", O_RDWR);
    dup2(null, 0);
    int moved[CLEAR_OF_TARGETS];
    for (size_t i = 0; i < count && i < ARRAY_SIZE(moved); i++)
        moved[i] = fcntl(fds[i], F_DUPFD_CLOEXEC, CLEAR_OF_TARGETS);
    dup2(log_fd >= 0 ? log_fd : null, 1);
    dup2(1, 2);
    for (size_t i = 0; i < count && i < ARRAY_SIZE(moved); i++)
        dup2(moved[i], FIRST_FD + (int)i);
    if (count)
        write_listen_pid(listen_pid, getpid());
    execvpe(argv[0], (char *const *)argv, count ? environment : environ);
    _exit(127);
}

bool process_exists(const char *name)
{
    const char *path = getenv("PATH");
    AUTO_STRINGS struct string_list dirs = { 0 };
    string_list_split(&dirs, path ? path : "/usr/bin:/bin", ':');
    for (size_t i = 0; i < dirs.count; i++) {
        AUTO_FREE char *file = path_join(dirs.items[i], name);
        if (access(file, X_OK) == 0)
            return true;
    }
    return false;
}
