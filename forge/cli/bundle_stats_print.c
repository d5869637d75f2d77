/* SPDX-License-Identifier: Apache-2.0 */
/* Statistics as a table and as JSON. */
#include "forge/cli/bundle_stats_print.h"
#include "forge/base/json.h"

static double seconds(int64_t nanoseconds)
{
    return (double)nanoseconds / 1e9;
}

static void print_table(const struct bundle_stats *stats)
{
    int64_t total = 0;
    fprintf(stderr, "%-11s %-15s %10s %9s %9s  %s\n", "stage", "thread", "MB", "CPU s", "MB/s", "");
    for (int i = 0; i < STAGE_COUNT; i++) {
        const struct stage *stage = &stats->stages[i];
        const struct bundle_stage_row *row = &bundle_stage_rows[i];
        double megabytes = (double)stage->bytes / 1e6;
        fprintf(stderr, "%-11s %-15s %10.1f %9.3f %9.0f  %s\n", row->name,
                bundle_thread_names[row->thread], megabytes, seconds(stage->cpu),
                stage->bytes && stage->cpu ? megabytes / seconds(stage->cpu) : 0, row->what);
        total += stage->cpu;
    }
    fprintf(stderr, "%-27s %10s %9.3f\n", "all", "", seconds(total));
    for (int i = 0; i < THREAD_COUNT; i++)
        fprintf(stderr, "%-15s waited %9.3f s\n", bundle_thread_names[i], seconds(stats->waits[i]));
}

static json_t *stats_json(const struct bundle_stats *stats)
{
    json_t *stages = json_object(), *waits = json_object();
    for (int i = 0; i < STAGE_COUNT; i++)
        json_object_set_new(stages, bundle_stage_rows[i].name,
                            json_pack("{s:s, s:I, s:f}", "thread",
                                      bundle_thread_names[bundle_stage_rows[i].thread], "bytes",
                                      (json_int_t)stats->stages[i].bytes, "cpu_seconds",
                                      seconds(stats->stages[i].cpu)));
    for (int i = 0; i < THREAD_COUNT; i++)
        json_object_set_new(waits, bundle_thread_names[i], json_real(seconds(stats->waits[i])));
    return json_pack("{s:{s:i, s:o, s:o}}", "stats", "packers", (int)stats->packers, "stages",
                     stages, "wait_seconds", waits);
}

int bundle_stats_print(const struct bundle_stats *stats, enum stats_style style, struct error **err)
{
    if (style == STATS_NONE)
        return 0;
    if (style == STATS_TEXT) {
        print_table(stats);
        return 0;
    }
    AUTO(json_decref) json_t *object = stats_json(stats);
    if (json_dumpf(object, stderr, JSON_COMPACT | JSON_PRESERVE_ORDER | JSON_REAL_PRECISION(6)) ||
        fputc('\n', stderr) == EOF)
        return error_set_errno(err, "writing the statistics");
    return 0;
}
