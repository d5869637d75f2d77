/* SPDX-License-Identifier: Apache-2.0 */
/* A small terminal: it knows where lines end, and of escape sequences only where they end
 * (ECMA-48).
 *
 *   TEXT --ESC--> ESCAPE --[--> CONTROL --final byte--> TEXT
 *                        --] P X ^ _--> STRING --BEL, ESC \, a new line--> TEXT
 *                        --( ) and the like--> SKIP --one byte--> TEXT
 *
 * A cursor that is moved to another place ends a line, too: boot loaders draw so. */
#include "forge/join/console.h"
#include "forge/base/strings.h"

#include <ctype.h>
#include <string.h>

enum { SEQUENCE_MAX = 64, STRING_MAX = 4096, ESCAPE_BYTE = 0x1b, BELL = 0x07, DELETE = 0x7f };

/* In UTF-8 0xe2 begins punctuation and what frames are drawn of. */
bool console_says_something(const char *text)
{
    for (const unsigned char *at = (const unsigned char *)text; *at; at++)
        if (isalnum(*at) || (*at >= 0xc3 && *at != 0xe2))
            return true;
    return false;
}

/* Frames and blank lines are not worth a place; a spinner takes one, not all. */
static void remember(struct console *console, bool overwritten)
{
    if (!console_says_something(console->text))
        return;
    if (console->tail_overwritten)
        console->tail_count--;
    char *last = console->tail[console->tail_count++ % CONSOLE_TAIL_LINES];
    memcpy(last, console->text, console->length + 1);
    console->tail_overwritten = overwritten;
}

static void end_line(struct console *console, bool overwritten)
{
    console->returned = false;
    if (!console->length)
        return;
    remember(console, overwritten);
    console->line(console->opaque, console->text);
    console->length = 0;
    console->text[0] = '\0';
}

/* A line that is too long goes on as the next one. */
static void put(struct console *console, char byte)
{
    if (console->returned || console->length == CONSOLE_LINE_MAX)
        end_line(console, console->returned);
    console->text[console->length++] = byte;
    console->text[console->length] = '\0';
}

static void take_back(struct console *console)
{
    while (console->length && (console->text[--console->length] & 0xc0) == 0x80)
        continue; /* the bytes of one UTF-8 character */
    console->text[console->length] = '\0';
}

static void on_text(struct console *console, char byte)
{
    switch (byte) {
    case ESCAPE_BYTE:
        console->state = CONSOLE_ESCAPE;
        console->sequence = 0;
        break;
    case '\n':
        end_line(console, false);
        break;
    case '\r':
        console->returned = true;
        break;
    case '\b':
        take_back(console);
        break;
    case '\t':
        put(console, ' ');
        break;
    default:
        if ((unsigned char)byte >= ' ' && byte != DELETE)
            put(console, byte);
    }
}

static void on_escape(struct console *console, char byte)
{
    console->state = CONSOLE_TEXT;
    if (byte == '[')
        console->state = CONSOLE_CONTROL;
    else if (strchr("]PX^_", byte) && byte)
        console->state = CONSOLE_STRING;
    else if (strchr("()*+-./#% ", byte) && byte)
        console->state = CONSOLE_SKIP;
    else if (strchr("cDEM", byte) && byte) /* reset, or to another line */
        end_line(console, false);
}

/* Parameters are 0x20 to 0x3f; one byte from 0x40 on ends the sequence. systemd shortens its lines
 * in the midst of one: what cannot be part of it breaks it off. */
static void on_control(struct console *console, char byte)
{
    if ((unsigned char)byte < ' ' || (unsigned char)byte >= DELETE ||
        ++console->sequence > SEQUENCE_MAX) {
        console->state = CONSOLE_TEXT; /* broken off */
        on_text(console, byte);
        return;
    }
    if (byte < '@')
        return;
    console->state = CONSOLE_TEXT;
    if (strchr("ABEFHJdf", byte)) /* to another place, or a clean screen */
        end_line(console, false);
    else if (byte == 'C') /* to the right */
        put(console, ' ');
}

/* A string without an end must not swallow the rest: no title of a window has a new line. */
static void on_string(struct console *console, char byte)
{
    if (byte == ESCAPE_BYTE) {
        console->state = CONSOLE_ESCAPE; /* what ends it is ESC and a backslash */
    } else if (byte == BELL || ++console->sequence > STRING_MAX) {
        console->state = CONSOLE_TEXT;
    } else if (byte == '\n' || byte == '\r') {
        console->state = CONSOLE_TEXT;
        on_text(console, byte);
    }
}

static void on_skip(struct console *console, char byte)
{
    console->state = CONSOLE_TEXT;
    if ((unsigned char)byte < ' ')
        on_text(console, byte);
}

void console_feed(struct console *console, const char *bytes, size_t count)
{
    static void (*const states[])(struct console *, char) = {
        [CONSOLE_TEXT] = on_text,     [CONSOLE_ESCAPE] = on_escape, [CONSOLE_CONTROL] = on_control,
        [CONSOLE_STRING] = on_string, [CONSOLE_SKIP] = on_skip,
    };
    for (size_t i = 0; i < count; i++)
        states[console->state](console, bytes[i]);
}

const char *console_prompt(const struct console *console)
{
    return console->text;
}

static void append(char **text, const char *line)
{
    char *longer = xasprintf("%s%s%s", *text, **text ? "\n" : "", line);
    free(*text);
    *text = longer;
}

char *console_tail(const struct console *console)
{
    size_t count = console->tail_count < CONSOLE_TAIL_LINES ? console->tail_count
                                                            : CONSOLE_TAIL_LINES;
    char *text = xstrdup("");
    for (size_t i = console->tail_count - count; i < console->tail_count; i++)
        append(&text, console->tail[i % CONSOLE_TAIL_LINES]);
    if (console_says_something(console->text))
        append(&text, console->text);
    return text;
}
