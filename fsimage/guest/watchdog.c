/* SPDX-License-Identifier: Apache-2.0 */
/* A thread that looks four times a second at the clock, the console and the launcher's children.
 *
 * While libguestfs launches it tells no pid, so the children of the launching thread are found in
 * /proc; afterwards a pidfd names qemu, which no other process can come to stand for. */
#include "fsimage/guest/watchdog.h"
#include "forge/base/cancel.h"
#include "forge/base/memory.h"
#include "forge/base/strings.h"
#include "fsimage/host/leftovers.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>

enum { TICK_MS = 250, TAIL_SIZE = 4 << 10, TAIL_LINES = 10, MAX_CHILDREN = 64 };

/* The first line of every Linux kernel. */
static const char banner[] = "Linux version ";

struct pids {
    pid_t list[MAX_CHILDREN];
    size_t count;
};

struct watchdog {
    struct watchdog_limits limits;
    pid_t launcher;      /* thread id */
    struct pids earlier; /* children that are none of ours */
    struct cancel_hook hook;
    pthread_t thread;

    pthread_mutex_t lock; /* guards everything below */
    pthread_cond_t wake;
    bool stop, launched, saw_banner;
    enum watchdog_verdict verdict;
    pid_t qemu;       /* as last seen among the children; 0: none yet */
    int pidfd;        /* of qemu, once launched */
    double begun;     /* monotonic seconds */
    double qemu_seen; /* when this qemu was first seen */
    double heard;     /* the console's last byte */
    char tail[TAIL_SIZE + 1];
    size_t tail_length;
    struct session_record *record; /* of qemu's socket */
};

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void read_children(pid_t thread, struct pids *out)
{
    AUTO_FREE char *path = xasprintf("/proc/self/task/%d/children", (int)thread);
    FILE *file = fopen(path, "re");
    int pid;
    out->count = 0;
    while (file && out->count < MAX_CHILDREN && fscanf(file, "%d", &pid) == 1)
        out->list[out->count++] = pid;
    if (file)
        fclose(file);
}

static bool contains(const struct pids *pids, pid_t pid)
{
    for (size_t i = 0; i < pids->count; i++) {
        if (pids->list[i] == pid)
            return true;
    }
    return false;
}

static bool is_qemu(pid_t pid)
{
    char name[64] = "";
    AUTO_FREE char *path = xasprintf("/proc/%d/comm", (int)pid);
    FILE *file = fopen(path, "re");
    if (file && !fgets(name, sizeof(name), file))
        name[0] = '\0';
    if (file)
        fclose(file);
    return starts_with(name, "qemu");
}

/* libguestfs first asks a qemu for its features, then runs the one that counts: each starts the
 * clocks anew. */
static void look_for_qemu(struct watchdog *watchdog)
{
    struct pids children;
    read_children(watchdog->launcher, &children);
    for (size_t i = 0; i < children.count; i++) {
        pid_t pid = children.list[i];
        if (contains(&watchdog->earlier, pid) || !is_qemu(pid))
            continue;
        if (pid != watchdog->qemu) {
            watchdog->qemu = pid;
            watchdog->qemu_seen = watchdog->heard = now();
        }
        return;
    }
}

static void end_appliance(struct watchdog *watchdog)
{
    struct pids children;
    if (watchdog->launched) {
        if (watchdog->pidfd >= 0)
            syscall(SYS_pidfd_send_signal, watchdog->pidfd, SIGKILL, NULL, 0);
        return;
    }
    read_children(watchdog->launcher, &children);
    for (size_t i = 0; i < children.count; i++) {
        if (!contains(&watchdog->earlier, children.list[i]))
            kill(children.list[i], SIGKILL);
    }
}

static enum watchdog_verdict judge(const struct watchdog *watchdog)
{
    const struct watchdog_limits *limits = &watchdog->limits;
    double time = now();
    if (limits->launch && time - watchdog->begun > limits->launch)
        return WATCHDOG_LAUNCH_TOO_LONG;
    if (!watchdog->qemu)
        return WATCHDOG_CONTENT;
    if (limits->banner && !watchdog->saw_banner && time - watchdog->qemu_seen > limits->banner)
        return WATCHDOG_NO_BANNER;
    if (limits->silence && time - watchdog->heard > limits->silence)
        return WATCHDOG_SILENT;
    return WATCHDOG_CONTENT;
}

static void *watch(void *opaque)
{
    struct watchdog *watchdog = opaque;
    pthread_mutex_lock(&watchdog->lock);
    while (!watchdog->stop && !watchdog->launched) {
        look_for_qemu(watchdog);
        if (watchdog->qemu && !watchdog->record)
            watchdog->record = session_record(watchdog->qemu);
        if (watchdog->verdict == WATCHDOG_CONTENT)
            watchdog->verdict = judge(watchdog);
        /* Again and again: what was killed may have been a helper before qemu itself. */
        if (watchdog->verdict != WATCHDOG_CONTENT)
            end_appliance(watchdog);
        struct timespec until;
        clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_nsec += TICK_MS * 1000000L;
        until.tv_sec += until.tv_nsec / 1000000000L;
        until.tv_nsec %= 1000000000L;
        pthread_cond_timedwait(&watchdog->wake, &watchdog->lock, &until);
    }
    pthread_mutex_unlock(&watchdog->lock);
    return NULL;
}

static void on_cancel(void *opaque)
{
    struct watchdog *watchdog = opaque;
    pthread_mutex_lock(&watchdog->lock);
    watchdog->verdict = WATCHDOG_CANCELLED;
    end_appliance(watchdog);
    pthread_mutex_unlock(&watchdog->lock);
}

struct watchdog *watchdog_start(const struct watchdog_limits *limits, struct error **err)
{
    struct watchdog *watchdog = NEW(struct watchdog);
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&watchdog->wake, &monotonic);
    pthread_condattr_destroy(&monotonic);
    pthread_mutex_init(&watchdog->lock, NULL);
    watchdog->limits = *limits;
    watchdog->launcher = (pid_t)syscall(SYS_gettid);
    watchdog->begun = now();
    watchdog->pidfd = -1;
    read_children(watchdog->launcher, &watchdog->earlier);
    errno = pthread_create(&watchdog->thread, NULL, watch, watchdog);
    if (errno) {
        error_set_errno(err, "starting the watchdog");
        free(watchdog);
        return NULL;
    }
    watchdog->hook = (struct cancel_hook){ .run = on_cancel, .opaque = watchdog };
    cancel_hook_add(&watchdog->hook);
    return watchdog;
}

void watchdog_console(struct watchdog *watchdog, const char *text, size_t length)
{
    if (length > TAIL_SIZE) {
        text += length - TAIL_SIZE;
        length = TAIL_SIZE;
    }
    pthread_mutex_lock(&watchdog->lock);
    size_t keep = TAIL_SIZE - length;
    if (watchdog->tail_length > keep) {
        memmove(watchdog->tail, watchdog->tail + watchdog->tail_length - keep, keep);
        watchdog->tail_length = keep;
    }
    memcpy(watchdog->tail + watchdog->tail_length, text, length);
    watchdog->tail_length += length;
    watchdog->heard = now();
    if (memmem(watchdog->tail, watchdog->tail_length, banner, strlen(banner)))
        watchdog->saw_banner = true;
    pthread_mutex_unlock(&watchdog->lock);
}

void watchdog_launched(struct watchdog *watchdog, pid_t pid)
{
    pthread_mutex_lock(&watchdog->lock);
    watchdog->launched = true;
    if (pid > 0)
        watchdog->pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
    if (watchdog->verdict == WATCHDOG_CANCELLED)
        end_appliance(watchdog);
    pthread_cond_signal(&watchdog->wake);
    pthread_mutex_unlock(&watchdog->lock);
}

void watchdog_kill(struct watchdog *watchdog)
{
    pthread_mutex_lock(&watchdog->lock);
    end_appliance(watchdog);
    pthread_mutex_unlock(&watchdog->lock);
}

enum watchdog_verdict watchdog_verdict(struct watchdog *watchdog)
{
    pthread_mutex_lock(&watchdog->lock);
    enum watchdog_verdict verdict = watchdog->verdict;
    pthread_mutex_unlock(&watchdog->lock);
    return verdict;
}

bool watchdog_saw_banner(struct watchdog *watchdog)
{
    pthread_mutex_lock(&watchdog->lock);
    bool saw = watchdog->saw_banner;
    pthread_mutex_unlock(&watchdog->lock);
    return saw;
}

char *watchdog_console_tail(struct watchdog *watchdog)
{
    pthread_mutex_lock(&watchdog->lock);
    for (char *nul; (nul = memchr(watchdog->tail, '\0', watchdog->tail_length));)
        *nul = ' ';
    char *text = xstrndup(watchdog->tail, watchdog->tail_length);
    pthread_mutex_unlock(&watchdog->lock);
    size_t length = strlen(text);
    while (length && strchr("\r\n", text[length - 1]))
        text[--length] = '\0';
    size_t start = length;
    for (int lines = 0; start > 0; start--) {
        if (text[start - 1] == '\n' && ++lines == TAIL_LINES)
            break;
    }
    char *last = xstrdup(text + start);
    free(text);
    return last;
}

void watchdog_stop(struct watchdog *watchdog)
{
    if (!watchdog)
        return;
    cancel_hook_remove(&watchdog->hook);
    pthread_mutex_lock(&watchdog->lock);
    watchdog->stop = true;
    pthread_cond_signal(&watchdog->wake);
    pthread_mutex_unlock(&watchdog->lock);
    pthread_join(watchdog->thread, NULL);
    if (watchdog->pidfd >= 0)
        close(watchdog->pidfd);
    session_forget(watchdog->record);
    pthread_cond_destroy(&watchdog->wake);
    pthread_mutex_destroy(&watchdog->lock);
    free(watchdog);
}
