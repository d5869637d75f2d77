/* SPDX-License-Identifier: Apache-2.0 */
/* The corpora of the fuzz targets: what is called good is read, what is called bad is refused. */
#include "forge/base/file.h"
#include "forge/base/strings.h"
#include "manifest/manifest.h"
#include "manifest/source_inflate.h"
#include "manifest/tar_reader.h"
#include "tests/fuzz/memory_source.h"
#include "tests/unit/check.h"

#include <dirent.h>

/* Reads one input to its end: true when it is sound. */
typedef bool reads(const char *path, const void *bytes, size_t size, struct error **err);

static void check_corpus(const char *name, reads *read_input)
{
    const char *root = getenv("FORGE_SOURCE");
    AUTO_FREE char *directory = xasprintf("%s/tests/fuzz/corpus/%s", root ? root : ".", name);
    DIR *entries = opendir(directory);
    assert_non_null(entries);
    size_t good = 0, bad = 0;
    for (struct dirent *entry; (entry = readdir(entries));) {
        if (!starts_with(entry->d_name, "good-") && !starts_with(entry->d_name, "bad-"))
            continue;
        AUTO_FREE char *path = path_join(directory, entry->d_name);
        AUTO(error_free) struct error *err = NULL;
        size_t size;
        AUTO_FREE char *bytes = file_read(path, 1 << 20, &size, &err);
        assert_ok(bytes, err);
        bool sound = read_input(path, bytes, size, &err);
        if (sound != starts_with(entry->d_name, "good-"))
            fail_msg("%s is %s: %s", path, sound ? "read" : "refused", err ? err->message : "");
        *(sound ? &good : &bad) += 1;
    }
    closedir(entries);
    assert_true(good > 0 && bad > 0);
}

static bool read_manifest(const char *path, const void *bytes, size_t size, struct error **err)
{
    AUTO_MANIFEST struct manifest manifest = { 0 };
    return manifest_parse(bytes, size, path, &manifest, err) == 0;
}

static bool read_tar(const char *path, const void *bytes, size_t size, struct error **err)
{
    (void)path;
    struct memory_source memory = memory_source_of(bytes, size);
    AUTO(tar_reader_close) struct tar_reader *reader = tar_reader_open(&memory.source, err);
    const void *run;
    size_t count;
    int64_t offset;
    int more = reader ? 1 : -1;
    while (more > 0)
        more = tar_reader_next(reader, &run, &count, &offset, err);
    return more == 0;
}

static bool read_gzip(const char *path, const void *bytes, size_t size, struct error **err)
{
    (void)path;
    struct memory_source memory = memory_source_of(bytes, size);
    AUTO(source_close) struct source *source = source_inflate_open(&memory.source, 2, err);
    char buffer[4096];
    ssize_t got = source ? 1 : -1;
    while (got > 0)
        got = source_read(source, buffer, sizeof(buffer), err);
    return got == 0;
}

/* An input of this corpus is a certificate or a key. */
static bool read_key(const char *path, const void *bytes, size_t size, struct error **err)
{
    (void)bytes, (void)size;
    AUTO(certificate_free) struct certificate *certificate = certificate_read(path, NULL);
    AUTO(private_key_free)
    struct private_key *key = certificate ? NULL : private_key_read(path, NULL, err);
    return certificate || key;
}

static void manifests_are_as_they_are_called(void **state)
{
    (void)state;
    check_corpus("manifest", read_manifest);
}

static void archives_are_as_they_are_called(void **state)
{
    (void)state;
    check_corpus("tar", read_tar);
}

static void compressed_streams_are_as_they_are_called(void **state)
{
    (void)state;
    check_corpus("gzip", read_gzip);
}

static void keys_are_as_they_are_called(void **state)
{
    (void)state;
    check_corpus("keys", read_key);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(manifests_are_as_they_are_called),
        cmocka_unit_test(archives_are_as_they_are_called),
        cmocka_unit_test(compressed_streams_are_as_they_are_called),
        cmocka_unit_test(keys_are_as_they_are_called),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
