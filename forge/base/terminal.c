/* SPDX-License-Identifier: Apache-2.0 */
/* Standard input and output as a raw terminal. */
#include "forge/base/terminal.h"
#include "forge/base/file.h"
#include "forge/base/memory.h"

#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>

enum { LEAVE = 0x1d /* Ctrl-] */, ROWS = 24, COLUMNS = 80 };

struct terminal {
    struct termios before;
};

bool terminal_is_there(void)
{
    return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
}

struct terminal *terminal_open(struct error **err)
{
    struct termios before;
    if (tcgetattr(STDIN_FILENO, &before)) {
        error_set_errno(err, "asking for the terminal's settings");
        return NULL;
    }
    struct termios raw = before;
    cfmakeraw(&raw);
    if (tcsetattr(STDIN_FILENO, TCSADRAIN, &raw)) {
        error_set_errno(err, "changing the terminal's settings");
        return NULL;
    }
    struct terminal *terminal = NEW(struct terminal);
    terminal->before = before;
    return terminal;
}

void terminal_size(int *rows, int *columns)
{
    struct winsize size;
    bool known = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row && size.ws_col;
    *rows = known ? size.ws_row : ROWS;
    *columns = known ? size.ws_col : COLUMNS;
}

void terminal_read(char bytes[TERMINAL_CHUNK], size_t *count, bool *left)
{
    ssize_t got = read(STDIN_FILENO, bytes, TERMINAL_CHUNK);
    *count = 0;
    if (got < 0 && errno == EINTR)
        return;
    const char *leave = got > 0 ? memchr(bytes, LEAVE, (size_t)got) : NULL;
    *left = got <= 0 || leave;
    *count = leave ? (size_t)(leave - bytes) : (size_t)(got > 0 ? got : 0);
}

int terminal_show(const char *bytes, size_t count, struct error **err)
{
    return file_write(STDOUT_FILENO, bytes, count) ? error_set_errno(err, "writing to the terminal")
                                                   : 0;
}

void terminal_close(struct terminal *terminal)
{
    if (!terminal)
        return;
    tcsetattr(STDIN_FILENO, TCSADRAIN, &terminal->before);
    free(terminal);
}
