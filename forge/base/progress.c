/* SPDX-License-Identifier: Apache-2.0 */
/* Progress as a bar, as plain lines, or as JSON events. */
#include "forge/base/progress.h"
#include "forge/base/json.h"
#include "forge/base/log.h"
#include "forge/base/memory.h"
#include "forge/base/strings.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>

/* Seconds between two drawings, and before the first: what is quick is not drawn at all. */
static const double bar_interval = 0.1, plain_interval = 10, json_interval = 0.5, first_delay = 1;

struct progress {
    enum progress_style style;
    char *what; /* the running step; NULL between steps */
    int64_t done, total;
    double begun, drawn; /* monotonic seconds */
    bool shown;          /* something of this step was drawn */
};

static bool bar_on_screen; /* the log clears it before it writes a line */

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void clear_bar(void)
{
    if (bar_on_screen)
        fputs("\r\033[K", stderr);
    bar_on_screen = false;
}

struct progress *progress_new(enum progress_style style)
{
    if (style == PROGRESS_AUTO)
        style = isatty(STDERR_FILENO) ? PROGRESS_BAR : PROGRESS_PLAIN;
    if (style == PROGRESS_NONE)
        return NULL;
    struct progress *progress = NEW(struct progress);
    progress->style = style;
    if (style == PROGRESS_BAR)
        log_set_before(clear_bar);
    return progress;
}

void progress_free(struct progress *progress)
{
    if (!progress)
        return;
    clear_bar();
    log_set_before(NULL);
    free(progress->what);
    free(progress);
}

static int terminal_width(void)
{
    struct winsize size;
    return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 20 ? size.ws_col : 80;
}

/* "  212.0 MiB/s, 7 s left", or the seconds so far where there is nothing to divide. */
static char *describe_rate(const struct progress *progress, double elapsed)
{
    if (!progress->total || !progress->done || elapsed <= 0)
        return xasprintf("%.0f s", elapsed);
    double rate = (double)progress->done / elapsed;
    AUTO_FREE char *size = format_size((int64_t)rate);
    return xasprintf("%s/s, %.0f s left", size, (double)(progress->total - progress->done) / rate);
}

static void draw_bar(const struct progress *progress, double elapsed)
{
    AUTO_FREE char *rate = describe_rate(progress, elapsed);
    int room = terminal_width() - (int)strlen(progress->what) - (int)strlen(rate) - 12;
    fprintf(stderr, "\r\033[K%s ", progress->what);
    if (progress->total && room >= 10) {
        int percent = (int)(100.0 * (double)progress->done / (double)progress->total);
        int filled = room * percent / 100;
        fprintf(stderr, "[%.*s%*s] %3d%% ", filled,
                "########################################################################"
                "########################################################################",
                room - filled, "", percent);
    }
    fputs(rate, stderr);
    fflush(stderr);
    bar_on_screen = true;
}

static void draw_plain(const struct progress *progress, double elapsed)
{
    AUTO_FREE char *rate = describe_rate(progress, elapsed);
    if (progress->total)
        fprintf(stderr, "forge: %s: %d%%, %s\n", progress->what,
                (int)(100.0 * (double)progress->done / (double)progress->total), rate);
    else
        fprintf(stderr, "forge: %s: %s\n", progress->what, rate);
}

static void draw_json(const struct progress *progress, const char *event, double elapsed)
{
    AUTO(json_decref)
    json_t *object = json_pack("{s:s, s:o, s:I, s:I, s:f}", "event", event, "step",
                               json_text(progress->what), "done", (json_int_t)progress->done,
                               "total", (json_int_t)progress->total, "seconds", elapsed);
    AUTO_FREE char *line = json_dumps(object, JSON_COMPACT | JSON_REAL_PRECISION(6));
    if (line)
        fprintf(stderr, "%s\n", line);
}

void progress_begin(struct progress *progress, const char *what, int64_t total)
{
    if (!progress)
        return;
    progress_end(progress);
    progress->what = xstrdup(what);
    progress->done = 0;
    progress->total = total;
    progress->begun = progress->drawn = now();
    progress->shown = false;
    if (progress->style == PROGRESS_JSON)
        draw_json(progress, "begin", 0);
}

static double interval(const struct progress *progress)
{
    if (progress->style == PROGRESS_JSON)
        return json_interval;
    if (!progress->shown)
        return first_delay;
    return progress->style == PROGRESS_BAR ? bar_interval : plain_interval;
}

void progress_update(struct progress *progress, int64_t done)
{
    if (!progress || !progress->what)
        return;
    progress->done = progress->total && done > progress->total ? progress->total : done;
    double time = now(), elapsed = time - progress->begun;
    if (time - progress->drawn < interval(progress))
        return;
    progress->drawn = time;
    progress->shown = true;
    if (progress->style == PROGRESS_BAR)
        draw_bar(progress, elapsed);
    else if (progress->style == PROGRESS_PLAIN)
        draw_plain(progress, elapsed);
    else
        draw_json(progress, "progress", elapsed);
}

void progress_end(struct progress *progress)
{
    if (!progress || !progress->what)
        return;
    double elapsed = now() - progress->begun;
    clear_bar();
    if (progress->style == PROGRESS_JSON)
        draw_json(progress, "end", elapsed);
    else if (elapsed >= first_delay)
        log_info("%s: %.1f s", progress->what, elapsed);
    free(STEAL(progress->what));
}
