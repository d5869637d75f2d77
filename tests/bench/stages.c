/* SPDX-License-Identifier: Apache-2.0 */
/* What every stage of bundling costs when it runs alone: one processor, one stage after another.
 *
 *   bench_stages IMAGE DIR LEVEL...    prints JSON: LEVEL -> stage -> {bytes, cpu_seconds}
 *
 * The stages are those of forge bundle --stats, done by the same code and under the same names. The
 * parts go to new files in DIR, which stay there. */
#include "forge/base/digest.h"
#include "forge/base/json.h"
#include "forge/base/strings.h"
#include "fsimage/image/image.h"
#include "manifest/bundle.h"
#include "manifest/bundle_stats.h"
#include "manifest/cipher.h"
#include "manifest/gzip_frame.h"
#include "manifest/packer.h"
#include "manifest/sink_encrypt.h"
#include "manifest/sink_parts.h"
#include "manifest/source_tar.h"
#include "manifest/sparse_map.h"

#include <sched.h>
#include <string.h>
#include <sys/stat.h>

enum { BLOCK = 1 << 20 }; /* as forge bundle cuts it */

/* One level's way through the image. */
struct pass {
    struct bundle_stats stats;
    struct source *tar;
    struct digest *sha1;
    struct packer *packer;
    struct gzip_frame frame;
    unsigned char *in, *out;
    size_t room;
};

/* From now on nothing of this process runs beside anything else of it. */
static int stay_on_one_processor(struct error **err)
{
    cpu_set_t all, one;
    if (sched_getaffinity(0, sizeof(all), &all))
        return error_set_errno(err, "asking for the processors");
    CPU_ZERO(&one);
    for (int i = 0; i < CPU_SETSIZE && !CPU_COUNT(&one); i++)
        if (CPU_ISSET(i, &all))
            CPU_SET(i, &one);
    return sched_setaffinity(0, sizeof(one), &one) ? error_set_errno(err, "choosing a processor")
                                                   : 0;
}

/* What the sink took: encryption is what its part below did not take. */
static void note_sink(struct bundle_stats *stats, int64_t *clock, int64_t below, int64_t bytes)
{
    struct stage *encrypt = &stats->stages[STAGE_ENCRYPT];
    stage_lap(encrypt, clock, bytes);
    encrypt->cpu -= stats->stages[STAGE_PART_SHA1].cpu + stats->stages[STAGE_PART_WRITE].cpu -
                    below;
}

/* A block through all stages: how many bytes it had, -1 on error. */
static ssize_t pass_block(struct pass *pass, struct error **err)
{
    struct stage *stages = pass->stats.stages;
    int64_t clock = stage_clock();
    ssize_t got = source_read_full(pass->tar, pass->in, BLOCK, err);
    if (got <= 0)
        return got;
    size_t count = (size_t)got, packed;
    stage_lap(&stages[STAGE_READ], &clock, got);
    digest_update(pass->sha1, pass->in, count);
    stage_lap(&stages[STAGE_SHA1], &clock, got);
    uint32_t crc;
    if (packer_pack(pass->packer, pass->in, count, pass->out, pass->room, &packed, &crc, err))
        return -1;
    int64_t below = stages[STAGE_PART_SHA1].cpu + stages[STAGE_PART_WRITE].cpu;
    clock = stage_clock();
    if (gzip_frame_add(&pass->frame, pass->out, packed, crc, count, err))
        return -1;
    note_sink(&pass->stats, &clock, below, (int64_t)packed);
    return got;
}

static int pass_all(struct pass *pass, struct sink *sink, struct error **err)
{
    ssize_t got;
    if (gzip_frame_begin(&pass->frame, sink, err))
        return -1;
    while ((got = pass_block(pass, err)) > 0)
        ;
    if (got < 0 || gzip_frame_end(&pass->frame, err) || sink_finish(sink, err))
        return -1;
    const struct packer_stages *packed = packer_stages(pass->packer);
    pass->stats.stages[STAGE_DEFLATE] = packed->deflate;
    pass->stats.stages[STAGE_CHECK] = packed->check;
    pass->stats.stages[STAGE_CRC] = packed->crc;
    return 0;
}

/* The second pass over IMAGE, with what the first one found. */
static int pack(struct device *image, const struct sparse_map *map, int level,
                const char *directory, struct pass *pass, struct error **err)
{
    const struct tar_member member = { .name = "image", .map = map };
    struct cipher_key key;
    AUTO_PARTS struct written_parts parts = { 0 };
    AUTO(source_close) struct source *tar = source_tar_new(image, &member);
    AUTO(digest_free) struct digest *sha1 = digest_new(DIGEST_SHA1, err);
    AUTO(packer_free) struct packer *packer = packer_new(packer_find(NULL, level), level, err);
    AUTO(sink_close)
    struct sink *files = sink_parts_new(directory, BUNDLE_PART_SIZE, &parts, &pass->stats, err);
    if (!sha1 || !packer || !files || cipher_key_random(&key, err))
        return -1;
    AUTO(sink_close) struct sink *encrypted = sink_encrypt_new(files, &key, err);
    if (!encrypted)
        return -1;
    AUTO_FREE unsigned char *in = xcalloc(1, BLOCK);
    pass->room = packer_bound(packer, BLOCK);
    AUTO_FREE unsigned char *out = xcalloc(1, pass->room);
    pass->tar = tar, pass->sha1 = sha1, pass->packer = packer, pass->in = in, pass->out = out;
    return pass_all(pass, encrypted, err);
}

static json_t *stages_json(const struct bundle_stats *stats)
{
    json_t *object = json_object();
    for (int i = 0; i < STAGE_COUNT; i++) {
        if (i == STAGE_CONTENT) /* nobody wanted it */
            continue;
        json_object_set_new(object, bundle_stage_rows[i].name,
                            json_pack("{s:I, s:f}", "bytes", (json_int_t)stats->stages[i].bytes,
                                      "cpu_seconds", (double)stats->stages[i].cpu / 1e9));
    }
    return object;
}

/* Both passes over IMAGE at the level that is called NAME, added to RESULT. */
static int time_level(struct device *image, const char *name, const char *parent, json_t *result,
                      struct error **err)
{
    int64_t level = PACKER_LEVEL_FAST;
    if (strcmp(name, "fast") != 0 && !parse_integer(name, 1, PACKER_LEVEL_MAX, &level))
        return error_set(err, ERROR_USAGE, "there is no compression level %s", name);
    struct pass pass = { 0 };
    AUTO_SPARSE_MAP struct sparse_map map = { 0 };
    AUTO_FREE char *directory = path_join(parent, name);
    if (mkdir(directory, 0755))
        return error_set_errno(err, "making %s", directory);
    if (sparse_map_scan(image, 1, NULL, &map, NULL, &pass.stats, err) ||
        pack(image, &map, (int)level, directory, &pass, err))
        return -1;
    json_object_set_new(result, name, stages_json(&pass.stats));
    return 0;
}

static int run(const char *path, const char *directory, char **levels, struct error **err)
{
    AUTO(image_close) struct image *image = image_open(path, NULL, err);
    AUTO(device_close) struct device *device = image ? image_device(image, err) : NULL;
    AUTO(json_decref) json_t *result = json_object();
    if (!device || stay_on_one_processor(err))
        return -1;
    for (; *levels; levels++)
        if (time_level(device, *levels, directory, result, err))
            return -1;
    return json_print(result, stdout, err);
}

int main(int argc, char **argv)
{
    struct error *error = NULL;
    if (argc < 4) {
        fprintf(stderr, "usage: %s IMAGE DIR LEVEL...\n", argv[0]);
        return 2;
    }
    if (run(argv[1], argv[2], argv + 3, &error)) {
        fprintf(stderr, "%s: %s\n", argv[0], error->message);
        return 1;
    }
    return 0;
}
