/* SPDX-License-Identifier: Apache-2.0 */
/* Signals: a handler notes them, a thread runs the hooks, everyone else polls. */
#include "forge/base/cancel.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

static atomic_int received;
static _Atomic int64_t first_signal;                     /* when, in nanoseconds; 0: none yet */
static int wake_up[2] = { -1, -1 };                      /* the handler writes, the thread reads */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* guards hooks, held while they run */
static struct cancel_hook *hooks;

static int64_t now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * INT64_C(1000000000) + time.tv_nsec;
}

/* A second signal ends at once a program that the first could not. But timeout(1) and terminals
 * send the first to the process and to its group: what comes right behind it is the same one. */
static void end_if_asked_again(int number)
{
    enum { SAME_ONE = 1000 * 1000 * 1000 }; /* nanoseconds */
    int64_t first = 0, time = now();
    if (atomic_compare_exchange_strong(&first_signal, &first, time) || time - first < SAME_ONE)
        return;
    signal(number, SIG_DFL);
    raise(number);
}

/* Handlers, not a signal mask: masks are inherited by programs we start, handlers are not. */
static void on_signal(int signal)
{
    int saved = errno, none = 0;
    atomic_compare_exchange_strong(&received, &none, signal);
    end_if_asked_again(signal);
    if (write(wake_up[1], "", 1) < 0) {
        /* the pipe is full: the thread is awake already */
    }
    errno = saved;
}

static void *run_hooks(void *unused)
{
    char byte;
    while (read(wake_up[0], &byte, 1) != 0) {
        if (!cancel_signal())
            continue;
        pthread_mutex_lock(&lock);
        for (struct cancel_hook *hook = hooks; hook; hook = hook->next)
            hook->run(hook->opaque);
        pthread_mutex_unlock(&lock);
    }
    return unused;
}

int cancel_start(struct error **err)
{
    pthread_t thread;
    if (pipe2(wake_up, O_CLOEXEC))
        return error_set_errno(err, "making the signal pipe");
    if ((errno = pthread_create(&thread, NULL, run_hooks, NULL)))
        return error_set_errno(err, "starting the signal thread");
    pthread_detach(thread);
    struct sigaction action = { .sa_handler = on_signal, .sa_flags = SA_RESTART };
    static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
    for (size_t i = 0; i < ARRAY_SIZE(signals); i++) {
        struct sigaction before;
        sigaction(signals[i], NULL, &before);
        if (before.sa_handler != SIG_IGN) /* nohup(1) stays in force */
            sigaction(signals[i], &action, NULL);
    }
    return 0;
}

int cancel_signal(void)
{
    return atomic_load(&received);
}

int cancel_check(struct error **err)
{
    int signal = cancel_signal();
    if (!signal)
        return 0;
    return error_set(err, ERROR_INTERRUPTED, "interrupted by signal %s", sigabbrev_np(signal));
}

void cancel_hook_add(struct cancel_hook *hook)
{
    pthread_mutex_lock(&lock);
    hook->next = hooks;
    hooks = hook;
    if (cancel_signal())
        hook->run(hook->opaque);
    pthread_mutex_unlock(&lock);
}

void cancel_hook_remove(struct cancel_hook *hook)
{
    pthread_mutex_lock(&lock);
    for (struct cancel_hook **at = &hooks; *at; at = &(*at)->next) {
        if (*at == hook) {
            *at = hook->next;
            break;
        }
    }
    pthread_mutex_unlock(&lock);
}
