/* SPDX-License-Identifier: Apache-2.0 */
/* Every complete line is judged once; a line without an end when the console pauses. */
#include "forge/join/boot_watch.h"
#include "forge/base/log.h"
#include "fsimage/guest/guest.h"

#include <string.h>

static const char *find_expected(const struct boot_request *request, const char *line)
{
    for (size_t i = 0; i < request->expected_count; i++)
        if (boot_pattern_matches(request->expected[i], line))
            return request->expected_texts[i];
    return NULL;
}

static void decide(struct boot_watch *watch, enum boot_verdict verdict, const char *line)
{
    watch->verdict = verdict;
    watch->line = guest_printable(line);
}

static void add_clue(struct boot_watch *watch, const char *line)
{
    if (watch->clue_count < BOOT_CLUES_MAX)
        watch->clues[watch->clue_count++] = guest_printable(line);
}

/* A line that is not COMPLETE can be a prompt, or what the user expects. */
static void judge(struct boot_watch *watch, const char *line, bool complete)
{
    if (watch->verdict != BOOT_UNDECIDED)
        return;
    watch->expected = find_expected(watch->request, line);
    if (watch->expected) {
        decide(watch, BOOT_SUCCESS, line);
        return;
    }
    const struct boot_sign *sign = boot_matcher_find(watch->matcher, line, complete);
    if (!sign)
        return;
    switch (sign->meaning) {
    case BOOT_SIGN_SUCCESS:
        watch->alive = true;
        watch->came_up = sign->name;
        if (watch->request->expected_count)
            return;
        watch->sign = sign;
        decide(watch, BOOT_SUCCESS, line);
        break;
    case BOOT_SIGN_FAILURE:
        watch->sign = sign;
        decide(watch, BOOT_FAILURE, line);
        break;
    case BOOT_SIGN_CLUE:
        add_clue(watch, line);
        break;
    case BOOT_SIGN_ALIVE:
        watch->alive = true;
        break;
    }
}

static void on_line(void *opaque, const char *line)
{
    struct boot_watch *watch = opaque;
    if (log_level() >= LOG_DEBUG && console_says_something(line)) {
        AUTO_FREE char *text = guest_printable(line);
        log_debug("console: %s", text);
    }
    judge(watch, line, true);
}

void boot_watch_init(struct boot_watch *watch, const struct boot_request *request,
                     const struct boot_matcher *matcher)
{
    *watch = (struct boot_watch){ .request = request, .matcher = matcher };
    watch->console.line = on_line;
    watch->console.opaque = watch;
}

void boot_watch_feed(struct boot_watch *watch, const char *bytes, size_t count)
{
    watch->heard |= count > 0;
    console_feed(&watch->console, bytes, count);
}

void boot_watch_pause(struct boot_watch *watch)
{
    const char *prompt = console_prompt(&watch->console);
    if (*prompt)
        judge(watch, prompt, false);
}

static void forget_clues(struct boot_watch *watch)
{
    while (watch->clue_count)
        free(watch->clues[--watch->clue_count]);
}

void boot_watch_restart(struct boot_watch *watch)
{
    watch->restarts++;
    forget_clues(watch);
}

void boot_watch_clear(struct boot_watch *watch)
{
    free(watch->line);
    forget_clues(watch);
}
