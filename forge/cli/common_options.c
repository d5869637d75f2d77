/* SPDX-License-Identifier: Apache-2.0 */
/* The rows of the options that most verbs have: common, input, output. */
#include "forge/cli/common_options.h"

#include <ctype.h>
#include <string.h>

#define FIELD(type, member) .offset = offsetof(struct type, member)

/* -- common -- */

static const struct option_choice progress_styles[] = {
    { "auto", PROGRESS_AUTO }, { "bar", PROGRESS_BAR },   { "plain", PROGRESS_PLAIN },
    { "json", PROGRESS_JSON }, { "none", PROGRESS_NONE }, { NULL, 0 },
};

static const struct option_row common_rows[] = {
    { "help", 'h', OPTION_FLAG, NULL, FIELD(common_settings, help), "Show this text" },
    { "verbose", 'v', OPTION_FLAG, NULL, FIELD(common_settings, verbose), "Say more on stderr" },
    { "quiet", 'q', OPTION_FLAG, NULL, FIELD(common_settings, quiet),
      "Say nothing but warnings and errors" },
    { "trace", 'x', OPTION_FLAG, NULL, FIELD(common_settings, trace),
      "Trace libguestfs calls on stderr" },
    { "progress", 0, OPTION_CHOICE, "auto|bar|plain|json|none", FIELD(common_settings, progress),
      "How progress is shown on stderr", .choices = progress_styles },
};

void declare_common(struct options *options, struct common_settings *settings)
{
    options_add(options, "Common options", OPTION_SECTION_NONE, common_rows,
                ARRAY_SIZE(common_rows), settings);
}

/* -- input -- */

static const struct option_choice input_formats[] = { { "raw", IMAGE_RAW + 1 },
                                                      { "qcow2", IMAGE_QCOW2 + 1 },
                                                      { NULL, 0 } };

static const struct option_row format_rows[] = {
    { "format", 0, OPTION_CHOICE, "raw|qcow2", FIELD(input_settings, format),
      "Format of IMAGE; recognized when not given", .choices = input_formats },
    { "allow-backing", 0, OPTION_FLAG, NULL, FIELD(input_settings, allow_backing),
      "Accept a backing file, if every layer records its format" },
};

static int set_sha256(void *field, const struct option_row *row, const char *text,
                      const struct option_source *source, struct error **err)
{
    (void)row;
    (void)source;
    AUTO_FREE char *digits = xstrdup(text);
    for (char *at = digits; *at; at++)
        *at = (char)tolower((unsigned char)*at);
    if (!is_hex(digits, 64))
        return error_set(err, ERROR_USAGE, "\"%s\" is not a SHA-256 in 64 digits", text);
    char **sha256 = field;
    free(*sha256);
    *sha256 = STEAL(digits);
    return 0;
}

static const struct option_row use_rows[] = {
    { "sha256", 0, OPTION_STRING, "HEX", FIELD(input_settings, sha256),
      "What sha256sum says of the file IMAGE; nothing else is used", .set = set_sha256 },
    { "tmpdir", 0, OPTION_PATH, "DIR", FIELD(input_settings, tmpdir),
      "Directory for large temporary files" },
};

void declare_input_format(struct options *options, struct input_settings *settings)
{
    options_add(options, "Input", OPTION_SECTION_TOP, format_rows, ARRAY_SIZE(format_rows),
                settings);
}

void declare_input(struct options *options, struct input_settings *settings)
{
    declare_input_format(options, settings);
    options_add(options, "Input", OPTION_SECTION_TOP, use_rows, ARRAY_SIZE(use_rows), settings);
}

/* -- output -- */

static const struct option_choice output_formats[] = { { "raw", IMAGE_RAW },
                                                       { "qcow2", IMAGE_QCOW2 },
                                                       { NULL, 0 } };

static const struct option_row output_rows[] = {
    [OUTPUT_NEEDED] = { "output", 'o', OPTION_PATH, "OUT", FIELD(output_settings, path),
                        "The image to write" },
    [OUTPUT_KEPT] = { "output", 'o', OPTION_PATH, "OUT", FIELD(output_settings, path),
                      "Keep what the shell changed as a new image (it is thrown away)" },
    [OUTPUT_RESTORED] = { "output", 'o', OPTION_PATH, "IMAGE", FIELD(output_settings, path),
                          "The image to write; - is stdout" },
};

static const struct option_row output_format_rows[] = {
    [IMAGE_RAW] = { "output-format", 'O', OPTION_CHOICE, "raw|qcow2",
                    FIELD(output_settings, format), "Format of the image (raw)",
                    .choices = output_formats },
    [IMAGE_QCOW2] = { "output-format", 'O', OPTION_CHOICE, "raw|qcow2",
                      FIELD(output_settings, format), "Format of the image (qcow2)",
                      .choices = output_formats },
};

static const struct option_row output_force_row = {
    "force", 0, OPTION_FLAG, NULL, FIELD(output_settings, force), "Replace an image that is there"
};

void declare_output(struct options *options, enum output_kind kind, enum image_format format,
                    struct output_settings *settings)
{
    const struct option_row *const rows[] = { &output_rows[kind], &output_format_rows[format],
                                              &output_force_row };
    settings->format = (int)format;
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
        options_add(options, "Output", OPTION_SECTION_NONE, rows[i], 1, settings);
}
