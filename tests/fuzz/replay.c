/* SPDX-License-Identifier: Apache-2.0 */
/* Feeds the files of a corpus to a fuzz target, so that a corpus is an ordinary test without
 * libFuzzer. */
#include "forge/base/cleanup.h"
#include "forge/base/memory.h"

#include <dirent.h>
#include <err.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void replay_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    struct stat st;
    if (!file || fstat(fileno(file), &st) < 0)
        err(1, "%s", path);
    /* Exactly as large as the input: a read past its end is then a read past the allocation. */
    AUTO_FREE uint8_t *data = malloc((size_t)st.st_size);
    if (st.st_size > 0 && (!data || fread(data, (size_t)st.st_size, 1, file) != 1))
        err(1, "%s", path);
    fclose(file);
    LLVMFuzzerTestOneInput(data, (size_t)st.st_size);
}

int main(int argc, char **argv)
{
    unsigned count = 0;
    for (int i = 1; i < argc; i++) {
        struct dirent **names = NULL;
        int found = scandir(argv[i], &names, NULL, alphasort);
        if (found < 0)
            err(1, "%s", argv[i]);
        for (int n = 0; n < found; n++) {
            if (names[n]->d_name[0] != '.') {
                AUTO_FREE char *path = xasprintf("%s/%s", argv[i], names[n]->d_name);
                replay_file(path);
                count++;
            }
            free(names[n]);
        }
        free(names);
    }
    printf("%u inputs replayed\n", count);
    if (count == 0)
        errx(1, "no input was found: the corpus is empty");
    return 0;
}
