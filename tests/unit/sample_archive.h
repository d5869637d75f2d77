/* SPDX-License-Identifier: Apache-2.0 */
/* Archives for tests, of the format and compression that their name says. */
#ifndef FORGE_TESTS_UNIT_SAMPLE_ARCHIVE_H
#define FORGE_TESTS_UNIT_SAMPLE_ARCHIVE_H

#include "forge/base/strings.h"
#include "tests/unit/check.h"

#include <archive.h>
#include <archive_entry.h>
#include <locale.h>

enum { SAMPLE_HARD_LINK = 1 }; /* beside libarchive's file types */

struct sample_archive {
    struct archive *writer;
    int uid, gid; /* of the next members */
};

static struct sample_archive sample_archive_open(const char *path)
{
    struct sample_archive archive = { .writer = archive_write_new() };
    setlocale(LC_CTYPE, "C.UTF-8");    /* zip's writer wants to know what names are */
    if (ends_with(path, ".tar.zst")) { /* whose name libarchive 3.6 does not know */
        assert_int_equal(archive_write_set_format_pax_restricted(archive.writer), ARCHIVE_OK);
        assert_int_equal(archive_write_add_filter_zstd(archive.writer), ARCHIVE_OK);
    } else {
        assert_int_equal(archive_write_set_format_filter_by_ext(archive.writer, path), ARCHIVE_OK);
    }
    assert_int_equal(archive_write_open_filename(archive.writer, path), ARCHIVE_OK);
    return archive;
}

static struct archive_entry *sample_archive_entry(const struct sample_archive *archive,
                                                  const char *name, unsigned type, int mode)
{
    struct archive_entry *entry = archive_entry_new();
    archive_entry_set_pathname(entry, name);
    archive_entry_set_filetype(entry, type == SAMPLE_HARD_LINK ? AE_IFREG : type);
    archive_entry_set_perm(entry, (mode_t)mode);
    archive_entry_set_uid(entry, archive->uid);
    archive_entry_set_gid(entry, archive->gid);
    archive_entry_set_mtime(entry, 1700000000, 0);
    archive_entry_set_size(entry, 0);
    return entry;
}

static void sample_archive_put(struct sample_archive *archive, struct archive_entry *entry,
                               const char *text)
{
    if (text)
        archive_entry_set_size(entry, (la_int64_t)strlen(text));
    if (archive_write_header(archive->writer, entry) < ARCHIVE_WARN)
        fail_msg("%s", archive_error_string(archive->writer));
    if (text)
        assert_int_equal(archive_write_data(archive->writer, text, strlen(text)), strlen(text));
    archive_entry_free(entry);
}

/* TEXT is a file's content, or a link's target. */
static void sample_archive_add(struct sample_archive *archive, const char *name, unsigned type,
                               int mode, const char *text)
{
    struct archive_entry *entry = sample_archive_entry(archive, name, type, mode);
    if (type == AE_IFLNK)
        archive_entry_set_symlink(entry, text);
    if (type == SAMPLE_HARD_LINK)
        archive_entry_set_hardlink(entry, text);
    sample_archive_put(archive, entry, type == AE_IFREG ? text : NULL);
}

static void sample_archive_close(struct sample_archive *archive)
{
    assert_int_equal(archive_write_close(archive->writer), ARCHIVE_OK);
    archive_write_free(archive->writer);
    setlocale(LC_CTYPE, "C");
}

#endif
