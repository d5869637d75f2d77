/* SPDX-License-Identifier: Apache-2.0 */
/* What a terminal would show of a serial console, as lines of plain text. */
#ifndef FORGE_JOIN_CONSOLE_H
#define FORGE_JOIN_CONSOLE_H

#include <stdbool.h>
#include <stddef.h>

enum { CONSOLE_LINE_MAX = 1024, CONSOLE_TAIL_LINES = 12 };

/* TEXT is a line, borrowed for the call: escape sequences and control characters are gone. */
typedef void console_line(void *opaque, const char *text);

enum console_state { CONSOLE_TEXT, CONSOLE_ESCAPE, CONSOLE_CONTROL, CONSOLE_STRING, CONSOLE_SKIP };

/* {0} before the first byte, but for LINE and OPAQUE; bounded, whatever comes. */
struct console {
    console_line *line; /* is told of every line that is complete */
    void *opaque;
    enum console_state state;
    bool returned;                   /* a carriage return came: what follows may overwrite */
    size_t sequence;                 /* bytes of the escape sequence so far */
    char text[CONSOLE_LINE_MAX + 1]; /* the line that is not complete */
    size_t length;
    char tail[CONSOLE_TAIL_LINES][CONSOLE_LINE_MAX + 1]; /* a ring */
    size_t tail_count;                                   /* of lines ever put there */
    bool tail_overwritten; /* the last one was left by a carriage return */
};

/* Take COUNT bytes of a guest's. */
void console_feed(struct console *console, const char *bytes, size_t count);

/* The text of the line that is not complete, such as a prompt; "" when there is none. */
const char *console_prompt(const struct console *console);

/* Is there a letter or a digit in TEXT? Blanks and frames say nothing. */
bool console_says_something(const char *text);

/* The last lines that say something, the incomplete one included; owned, "" when there are none. */
char *console_tail(const struct console *console);

#endif
