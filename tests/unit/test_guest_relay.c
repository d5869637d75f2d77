/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes of a guest's shell pass whole, in both directions, however slow who reads them is. */
#include "fsimage/guest/guest_relay.h"
#include "tests/unit/check.h"

#include <fcntl.h>
#include <pty.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <termios.h>
#include <utmp.h>

enum { LARGE = 1 << 20 }; /* more than pipes and sockets hold */

/* The other ends of a relay that runs in a child; this process is both guest and user. */
struct ends {
    struct guest_channels channels; /* the child's */
    int guest[GUEST_CHANNELS_MAX];
    int ended;
    pid_t child;
};

static void make_end(struct ends *ends, int channel, int near, int far)
{
    assert_int_equal(fcntl(near, F_SETFL, O_NONBLOCK), 0);
    ends->channels.fds[channel] = near;
    ends->guest[channel] = far;
}

static void make_streams(struct ends *ends)
{
    ends->ended = eventfd(0, 0);
    for (int i = 0; i < GUEST_CHANNELS_MAX; i++) {
        int pair[2];
        assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
        make_end(ends, i, pair[0], pair[1]);
    }
}

static void make_terminal(struct ends *ends)
{
    ends->ended = eventfd(0, 0);
    int in[2], out[2];
    assert_int_equal(pipe(in), 0);
    assert_int_equal(pipe(out), 0);
    make_end(ends, CHANNEL_IN, in[1], in[0]);
    make_end(ends, CHANNEL_OUT, out[0], out[1]);
}

static void fill(int fd, char byte, size_t count)
{
    char piece[4096];
    memset(piece, byte, sizeof(piece));
    for (size_t done = 0; done < count; done += sizeof(piece))
        assert_int_equal(write(fd, piece, sizeof(piece)), sizeof(piece));
}

/* Read COUNT bytes from FD; all have to be BYTE. */
static void expect_bytes(int fd, char byte, size_t count)
{
    char piece[4096];
    for (size_t done = 0; done < count;) {
        ssize_t got = read(fd, piece, sizeof(piece));
        assert_true(got > 0);
        for (ssize_t i = 0; i < got; i++)
            assert_int_equal(piece[i], byte);
        done += (size_t)got;
        assert_true(done <= count);
    }
}

static int status_of(pid_t child)
{
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void streams_pass_whole_and_end(void **state)
{
    (void)state;
    struct ends ends = { 0 };
    int user[3][2];
    make_streams(&ends);
    for (int i = 0; i < 3; i++)
        assert_int_equal(pipe(user[i]), 0);
    ends.child = fork();
    if (ends.child == 0) {
        dup2(user[0][0], STDIN_FILENO);
        dup2(user[1][1], STDOUT_FILENO);
        dup2(user[2][1], STDERR_FILENO);
        close(user[0][1]);
        _exit(guest_relay_streams(&ends.channels, ends.ended, NULL) ? 1 : 0);
    }
    /* The guest says a lot before it hears, and nobody reads yet: errors come through. */
    pid_t guest = fork();
    if (guest == 0) {
        close(user[0][1]);
        fill(ends.guest[CHANNEL_OUT], 'o', LARGE);
        _exit(0);
    }
    fill(ends.guest[CHANNEL_ERR], 'e', 4096);
    expect_bytes(user[2][0], 'e', 4096);
    assert_int_equal(write(user[0][1], "command\n", 8), 8);
    close(user[0][1]);
    char heard[16];
    assert_int_equal(read(ends.guest[CHANNEL_IN], heard, sizeof(heard)), 8);
    assert_memory_equal(heard, "command\n", 8);
    assert_int_equal(read(ends.guest[CHANNEL_IN], heard, sizeof(heard)), 0);
    expect_bytes(user[1][0], 'o', LARGE);
    assert_int_equal(status_of(guest), 0);
    /* What was said before the end is passed on behind it. */
    assert_int_equal(kill(ends.child, SIGSTOP), 0);
    fill(ends.guest[CHANNEL_OUT], 'l', 4096);
    eventfd_write(ends.ended, 1);
    assert_int_equal(kill(ends.child, SIGCONT), 0);
    assert_int_equal(status_of(ends.child), 0);
    expect_bytes(user[1][0], 'l', 4096);
}

/* 0: the shell ended; 1: error; 2: left. */
static pid_t start_on_terminal(struct ends *ends, int terminal)
{
    pid_t child = fork();
    if (child == 0) {
        bool left = false;
        login_tty(terminal);
        int failed = guest_relay_terminal(&ends->channels, ends->ended, &left, NULL);
        _exit(failed ? 1 : left ? 2 : 0);
    }
    return child;
}

static void await_raw(int terminal)
{
    struct termios now;
    do {
        usleep(1000);
        assert_int_equal(tcgetattr(terminal, &now), 0);
    } while (now.c_lflag & ICANON);
}

static void a_slow_terminal_loses_nothing(void **state)
{
    (void)state;
    struct ends ends = { 0 };
    int user, terminal;
    make_terminal(&ends);
    assert_int_equal(openpty(&user, &terminal, NULL, NULL, NULL), 0);
    ends.child = start_on_terminal(&ends, terminal);
    await_raw(terminal);
    fill(ends.guest[CHANNEL_OUT], 'x', LARGE); /* does not wait for the user */
    assert_int_equal(write(user, "\x03", 1), 1);
    char typed;
    assert_int_equal(read(ends.guest[CHANNEL_IN], &typed, 1), 1);
    assert_int_equal(typed, 3);
    expect_bytes(user, 'x', LARGE);
    eventfd_write(ends.ended, 1);
    assert_int_equal(status_of(ends.child), 0);
}

static void the_leaving_key_works_when_nobody_listens(void **state)
{
    (void)state;
    struct ends ends = { 0 };
    struct termios before, after;
    int user, terminal;
    make_terminal(&ends);
    assert_int_equal(openpty(&user, &terminal, NULL, NULL, NULL), 0);
    assert_int_equal(tcgetattr(terminal, &before), 0);
    ends.child = start_on_terminal(&ends, terminal);
    await_raw(terminal);
    for (int i = 0; i < 512; i++) /* the guest reads none of it */
        fill(user, 'x', 4096);
    assert_int_equal(write(user, "\x1d", 1), 1);
    assert_int_equal(status_of(ends.child), 2);
    assert_int_equal(tcgetattr(terminal, &after), 0);
    assert_int_equal(after.c_lflag, before.c_lflag);
    assert_int_equal(after.c_iflag, before.c_iflag);
    assert_int_equal(after.c_oflag, before.c_oflag);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(streams_pass_whole_and_end),
        cmocka_unit_test(a_slow_terminal_loses_nothing),
        cmocka_unit_test(the_leaving_key_works_when_nobody_listens),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
