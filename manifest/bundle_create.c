/* SPDX-License-Identifier: Apache-2.0 */
/* Make a bundle: scan for holes, stream the image into parts, write the manifest, publish. */
#include "forge/base/cpu.h"
#include "forge/base/digest.h"
#include "forge/base/file.h"
#include "forge/base/workdir.h"
#include "manifest/bundle.h"
#include "manifest/bundle_account.h"
#include "manifest/bundle_files.h"
#include "manifest/bundle_key.h"
#include "manifest/bundle_stats.h"
#include "manifest/pack_stream.h"
#include "manifest/sink_encrypt.h"
#include "manifest/sink_thread.h"
#include "manifest/source_tar.h"
#include "manifest/sparse_map.h"

#include <stdio.h>
#include <string.h>

#define AUTO_KEY __attribute__((cleanup(cipher_key_wipe)))

static char *copy_or(const char *text, const char *otherwise)
{
    return xstrdup(text ? text : otherwise);
}

/* What the caller decides about the manifest. */
static int copy_fields(struct manifest *to, const struct manifest *from, struct error **err)
{
    if (!from->architecture)
        return error_set(err, ERROR_USAGE, "the image's architecture is not known");
    to->version = MANIFEST_2007_10_10;
    to->bundler_name = copy_or(from->bundler_name, "forge");
    to->bundler_version = copy_or(from->bundler_version, FORGE_VERSION);
    to->bundler_release = copy_or(from->bundler_release, "1");
    to->architecture = xstrdup(from->architecture);
    for (size_t i = 0; i < from->mapping_count; i++)
        manifest_add_mapping(to, from->mappings[i].virtual_name, from->mappings[i].device);
    to->kernel_id = xstrdup(from->kernel_id);
    to->ramdisk_id = xstrdup(from->ramdisk_id);
    string_list_copy(&to->product_codes, &from->product_codes);
    to->name = xstrdup(from->name);
    to->user = bundle_account(from->user);
    to->type = copy_or(from->type, "machine");
    to->kernel_name = xstrdup(from->kernel_name);
    string_list_copy(&to->ancestry, &from->ancestry);
    return 0;
}

static unsigned thread_count(const struct bundle_options *options)
{
    unsigned threads = options->threads ? options->threads : cpu_count();
    return threads < CPU_THREADS_MAX ? threads : CPU_THREADS_MAX;
}

/* Where the data is, as OPTIONS want it seen. The digest of the content needs the scan, whether its
 * map is the one that is wanted or not. */
static int map_image(struct device *image, const struct bundle_options *options,
                     struct progress *progress, struct bundle_stats *stats, struct sparse_map *map,
                     unsigned char content[DIGEST_MAX], struct error **err)
{
    AUTO_SPARSE_MAP struct sparse_map scanned = { 0 };
    bool want_content = options->reproducible || options->want_content;
    if (options->sparse == BUNDLE_SPARSE_CONTENT || want_content) {
        AUTO(digest_free) struct digest *digest = NULL;
        if (want_content && !(digest = digest_new(DIGEST_SHA256, err)))
            return -1;
        if (sparse_map_scan(image, thread_count(options), progress, &scanned, digest, stats, err))
            return -1;
        if (digest)
            digest_final(digest, content);
    }
    if (options->sparse == BUNDLE_SPARSE_EXTENTS && options->allocated < image->size)
        return sparse_map_of_extents(image, map, err);
    if (options->sparse != BUNDLE_SPARSE_CONTENT) {
        sparse_map_of_data(image->size, map);
        return 0;
    }
    *map = scanned;
    scanned = (struct sparse_map){ 0 };
    return 0;
}

static struct pack_options packing(const struct bundle_options *options, struct progress *progress,
                                   struct bundle_stats *stats)
{
    int level;
    const struct packer_kind *kind = bundle_packer(options, &level);
    return (struct pack_options){
        .kind = kind,
        .level = level,
        .threads = thread_count(options),
        .progress = progress,
        .stats = stats,
    };
}

/* image -> tar -> gzip -> AES -> [a thread] -> parts with their SHA-1, all at once. */
static int write_parts(struct device *image, const struct tar_member *member,
                       const struct bundle_options *options, const struct cipher_key *key,
                       struct progress *progress, struct bundle_stats *stats, const char *directory,
                       struct written_parts *parts, char **digest, struct error **err)
{
    int64_t part_size = options->part_size ? options->part_size : BUNDLE_PART_SIZE;
    AUTO(source_close) struct source *tar = source_tar_new(image, member);
    AUTO(sink_close) struct sink *files = sink_parts_new(directory, part_size, parts, stats, err);
    AUTO(sink_close) struct sink *behind = files ? sink_thread_new(files, err) : NULL;
    AUTO(sink_close) struct sink *encrypted = behind ? sink_encrypt_new(behind, key, err) : NULL;
    if (!encrypted)
        return -1;
    struct pack_options how = packing(options, progress, stats);
    progress_begin(progress, "bundling", tar_stream_size(member));
    int result = pack_stream(tar, encrypted, &how, digest, err);
    progress_end(progress);
    int64_t held_up;
    sink_thread_waits(behind, &held_up, &stats->waits[THREAD_PART_WRITER]);
    stats->waits[THREAD_ENCRYPTOR] += held_up;
    return result;
}

/* Pack IMAGE into files in DIRECTORY; MANIFEST receives all that is said about them. */
static int pack_image(struct device *image, const struct bundle_options *options,
                      struct progress *progress, const char *directory, struct manifest *manifest,
                      unsigned char content[DIGEST_MAX], struct written_parts *parts,
                      struct error **err)
{
    struct bundle_stats unasked = { 0 };
    struct bundle_stats *stats = options->stats ? options->stats : &unasked;
    AUTO_SPARSE_MAP struct sparse_map map = { 0 };
    AUTO_KEY struct cipher_key key = { 0 };
    if (map_image(image, options, progress, stats, &map, content, err))
        return -1;
    struct tar_member member = { .name = manifest->name, .mtime = options->mtime, .map = &map };
    if (bundle_key_make(options, &member, content, &key, manifest, err) ||
        write_parts(image, &member, options, &key, progress, stats, directory, parts,
                    &manifest->digest, err))
        return -1;
    manifest->size = image->size;
    manifest->bundled_size = parts->bytes;
    manifest->parts = xcalloc(parts->count, sizeof(*manifest->parts));
    for (; manifest->part_count < parts->count; manifest->part_count++) {
        size_t i = manifest->part_count;
        manifest->parts[i].filename = bundle_part_name(manifest->name, i, parts->count);
        manifest->parts[i].digest = xstrdup(parts->items[i].digest);
    }
    return 0;
}

/* The caller's word before anything is published. */
static int ask_caller(const struct bundle_options *options, const struct manifest *manifest,
                      const unsigned char *content, const char *workdir, struct error **err)
{
    int level;
    const struct packer_kind *packer = bundle_packer(options, &level);
    const struct bundle_outcome outcome = {
        .manifest = manifest,
        .content = options->want_content || options->reproducible ? content : NULL,
        .packer = packer,
        .level = level,
        .workdir = workdir,
    };
    if (!options->before_publish)
        return 0;
    return options->before_publish(options->before_publish_opaque, &outcome, err);
}

static int write_bundle(struct device *image, const struct bundle_options *options,
                        struct progress *progress, struct manifest *out, struct error **err)
{
    AUTO_MANIFEST struct manifest manifest = { 0 };
    AUTO_PARTS struct written_parts parts = { 0 };
    AUTO(workdir_close) struct workdir *workdir = NULL;
    unsigned char content[DIGEST_MAX] = { 0 };
    if (copy_fields(&manifest, options->fields, err) ||
        !(workdir = workdir_create(options->directory, err)) ||
        pack_image(image, options, progress, workdir_path(workdir), &manifest, content, &parts,
                   err))
        return -1;
    size_t length;
    AUTO_FREE char *text = manifest_format(&manifest, options->keys.user_key, &length, err);
    AUTO_FREE char *path = workdir_file(workdir, "manifest.xml");
    if (!text || file_create(path, text, length, err))
        return -1;
    /* Reading it back makes sure that what we write can be read, and cuts out the signed text. */
    AUTO_MANIFEST struct manifest as_written = { 0 };
    if (manifest_parse(text, length, "the new manifest", &as_written, err) ||
        ask_caller(options, &as_written, content, workdir_path(workdir), err))
        return -1;
    AUTO_FREE char *companion = options->companion ? workdir_file(workdir, options->companion)
                                                   : NULL;
    const struct bundle_files files = { .parts = &parts, .companion = companion, .manifest = path };
    if (bundle_files_publish(options->directory, manifest.name, &files, options->replace, err))
        return -1;
    *out = as_written;
    as_written = (struct manifest){ 0 };
    return 0;
}

int bundle_create(struct device *image, const struct bundle_options *options,
                  struct progress *progress, struct manifest *out, char **manifest_path,
                  struct error **err)
{
    if (bundle_check_options(options, err) || bundle_check_size(image->size, options, err))
        return -1;
    if (write_bundle(image, options, progress, out, err))
        return error_wrap(err, "making the bundle in %s", options->directory);
    AUTO_FREE char *name = bundle_manifest_name(options->fields->name);
    *manifest_path = path_join(options->directory, name);
    return 0;
}
