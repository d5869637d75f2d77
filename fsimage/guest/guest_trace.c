/* SPDX-License-Identifier: Apache-2.0 */
/* The trace: which calls run on which files, never what is in them. */
#include "fsimage/guest/guest_trace.h"
#include "forge/base/log.h"
#include "forge/base/memory.h"
#include "forge/base/strings.h"

#include <string.h>

/* Calls whose later arguments are contents: KEEP arguments are shown. */
static const struct {
    const char *call;
    int keep;
} carriers[] = {
    { "write", 1 },
    { "write_append", 1 },
    { "pwrite", 1 },
    { "internal_write", 1 },
    { "internal_write_append", 1 },
    { "write_file", 1 },
    { "setxattr", 1 },
    { "lsetxattr", 1 },
    { "aug_set", 1 },
    { "command", 0 },
    { "command_lines", 0 },
    { "sh", 0 },
    { "sh_lines", 0 },
};

/* Calls that only read the state of things: their results may be shown. */
static const char *const open_results[] = {
    "launch",   "inspect_os", "inspect_get_", "mount",     "umount",   "is_",   "exists",
    "filesize", "get_",       "set_",         "add_drive", "list_",    "stat",  "lstat",
    "vfs_type", "mkdtemp",    "chmod",        "chown",     "rm",       "mkdir", "shutdown",
    "close",    "write",      "upload",       "cp",        "mv",       "ln",    "touch",
    "truncate", "sync",       "available",    "feature",   "blockdev", "part_", "glob",
};

static size_t word_length(const char *text)
{
    return strcspn(text, " ");
}

/* Where argument COUNT + 1 begins: arguments are quoted strings or plain words. */
static size_t after_arguments(const char *line, int count)
{
    size_t at = word_length(line);
    while (count-- > 0 && line[at] == ' ') {
        at++;
        if (line[at] != '"') {
            at += word_length(line + at);
            continue;
        }
        for (at++; line[at] && line[at] != '"'; at++)
            at += line[at] == '\\' && line[at + 1];
        at += line[at] == '"';
    }
    return at;
}

char *guest_trace_redact(const char *line)
{
    size_t name = word_length(line);
    bool result = starts_with(line + name, " = ");
    for (size_t i = 0; !result && i < ARRAY_SIZE(carriers); i++) {
        if (strlen(carriers[i].call) != name || strncmp(line, carriers[i].call, name) != 0)
            continue;
        size_t end = after_arguments(line, carriers[i].keep);
        return xasprintf("%.*s%s", (int)end, line, line[end] ? " ..." : "");
    }
    bool open = !result;
    for (size_t i = 0; !open && i < ARRAY_SIZE(open_results); i++)
        open = starts_with(line, open_results[i]);
    return open ? xstrdup(line) : xasprintf("%.*s = ...", (int)name, line);
}

static void on_trace(guestfs_h *handle, void *opaque, uint64_t event, int event_handle, int flags,
                     const char *text, size_t length, const uint64_t *array, size_t array_length)
{
    (void)handle, (void)opaque, (void)event, (void)event_handle, (void)flags;
    (void)array, (void)array_length;
    AUTO_FREE char *line = xstrndup(text, length);
    AUTO_FREE char *shown = guest_trace_redact(line);
    log_info("libguestfs: %s", shown);
}

void guest_trace_start(guestfs_h *handle)
{
    if (guestfs_set_event_callback(handle, on_trace, GUESTFS_EVENT_TRACE, 0, NULL) >= 0)
        guestfs_set_trace(handle, 1);
}
