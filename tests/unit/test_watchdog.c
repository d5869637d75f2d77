/* SPDX-License-Identifier: Apache-2.0 */
/* The watchdog ends what it should: a child that looks like qemu and makes no progress. */
#include "forge/base/file.h"
#include "forge/base/process.h"
#include "forge/base/strings.h"
#include "fsimage/watchdog.h"
#include "tests/unit/check.h"

#include <signal.h>
#include <time.h>

static char *dir, *qemu;

/* A program called qemu-..., which only waits. */
static int set_up(void **state)
{
    (void)state;
    struct error *err = NULL;
    dir = make_scratch();
    qemu = path_join(dir, "qemu-sleeper");
    const char *const find[] = { "sh", "-c", "cp \"$(command -v sleep)\" \"$0\"", qemu, NULL };
    assert_ok(process_run(find, ERROR_FAILED, NULL, NULL, &err) == 0, err);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    free(qemu);
    remove_scratch(dir);
    return 0;
}

static pid_t start_qemu(void)
{
    struct error *err = NULL;
    const char *const argv[] = { qemu, "60", NULL };
    pid_t pid = process_start(argv, NULL, 0, -1, &err);
    assert_true(pid > 0);
    AUTO_FREE char *path = xasprintf("/proc/%d/comm", (int)pid);
    for (;;) { /* it has its name once it is executed */
        AUTO_FREE char *name = file_read_text(path, 64, &err);
        assert_ok(name, err);
        if (starts_with(name, "qemu-"))
            return pid;
        usleep(1000);
    }
}

/* Did PID end by a signal within SECONDS? It is reaped then. */
static bool ends_within(pid_t pid, double seconds)
{
    for (double waited = 0; waited < seconds; waited += 0.05) {
        int status = 0;
        if (waitpid(pid, &status, WNOHANG) == pid)
            return WIFSIGNALED(status);
        usleep(50000);
    }
    return false;
}

static void end_qemu(pid_t pid)
{
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
}

static void say(struct watchdog *watchdog, const char *text)
{
    watchdog_console(watchdog, text, strlen(text));
}

static void each_limit_ends_the_launch(void **state)
{
    (void)state;
    static const struct {
        struct watchdog_limits limits;
        enum watchdog_verdict verdict;
    } cases[] = {
        { { .launch = 1 }, WATCHDOG_LAUNCH_TOO_LONG },
        { { .silence = 1 }, WATCHDOG_SILENT },
        { { .banner = 1 }, WATCHDOG_NO_BANNER },
    };
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        struct error *err = NULL;
        AUTO(watchdog_stop) struct watchdog *watchdog = watchdog_start(&cases[i].limits, &err);
        assert_ok(watchdog, err);
        pid_t pid = start_qemu();
        say(watchdog, "SeaBIOS\n");
        assert_true(ends_within(pid, 10));
        assert_int_equal(watchdog_verdict(watchdog), cases[i].verdict);
    }
}

static void a_kernel_that_talks_is_left_alone(void **state)
{
    (void)state;
    struct error *err = NULL;
    struct watchdog_limits limits = { .launch = 60, .silence = 3, .banner = 3 };
    AUTO(watchdog_stop) struct watchdog *watchdog = watchdog_start(&limits, &err);
    assert_ok(watchdog, err);
    pid_t pid = start_qemu();
    assert_false(watchdog_saw_banner(watchdog));
    say(watchdog, "[    0.000000] Linux ver");
    say(watchdog, "sion 6.1.0\n"); /* a line may come in pieces */
    assert_true(watchdog_saw_banner(watchdog));
    for (int i = 0; i < 16; i++) {
        assert_false(ends_within(pid, 0.25));
        say(watchdog, "more\n");
    }
    assert_int_equal(watchdog_verdict(watchdog), WATCHDOG_CONTENT);
    end_qemu(pid);
}

static void nothing_is_timed_once_launched(void **state)
{
    (void)state;
    struct error *err = NULL;
    struct watchdog_limits limits = { .launch = 3, .silence = 3, .banner = 3 };
    AUTO(watchdog_stop) struct watchdog *watchdog = watchdog_start(&limits, &err);
    assert_ok(watchdog, err);
    pid_t pid = start_qemu();
    watchdog_launched(watchdog, pid);
    assert_false(ends_within(pid, 4));
    end_qemu(pid);
}

static void other_children_are_not_touched(void **state)
{
    (void)state;
    struct error *err = NULL;
    pid_t other = start_qemu();
    struct watchdog_limits limits = { .launch = 1 };
    AUTO(watchdog_stop) struct watchdog *watchdog = watchdog_start(&limits, &err);
    assert_ok(watchdog, err);
    pid_t pid = start_qemu();
    assert_true(ends_within(pid, 10));
    assert_false(ends_within(other, 0.5));
    end_qemu(other);
}

static void the_consoles_last_lines_are_kept(void **state)
{
    (void)state;
    struct error *err = NULL;
    struct watchdog_limits limits = { 0 };
    AUTO(watchdog_stop) struct watchdog *watchdog = watchdog_start(&limits, &err);
    assert_ok(watchdog, err);
    AUTO_FREE char *nothing = watchdog_console_tail(watchdog);
    assert_string_equal(nothing, "");
    for (int i = 0; i < 3000; i++) {
        AUTO_FREE char *line = xasprintf("line %d\r\n", i);
        say(watchdog, line);
    }
    watchdog_console(watchdog, "with\0nul\n", 9);
    AUTO_FREE char *tail = watchdog_console_tail(watchdog);
    assert_true(starts_with(tail, "line 2991\r\n"));
    assert_true(ends_with(tail, "line 2999\r\nwith nul"));
    AUTO_FREE char *flood = xcalloc(20001, 1);
    memset(flood, 'x', 20000);
    say(watchdog, flood);
    AUTO_FREE char *rest = watchdog_console_tail(watchdog);
    assert_int_equal(strlen(rest), 4096);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_limit_ends_the_launch),
        cmocka_unit_test(a_kernel_that_talks_is_left_alone),
        cmocka_unit_test(nothing_is_timed_once_launched),
        cmocka_unit_test(other_children_are_not_touched),
        cmocka_unit_test(the_consoles_last_lines_are_kept),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
