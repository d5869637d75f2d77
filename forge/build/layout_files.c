/* SPDX-License-Identifier: Apache-2.0 */
/* The source's tree, filtered, edited, with what is added. */
#include "forge/build/layout_files.h"
#include "forge/base/log.h"
#include "fsimage/tree/tree_clamp.h"

#include <assert.h>
#include <string.h>
#include <sys/stat.h>

/* -- rules -- */

static void tell_left_out(void *opaque, const char *path)
{
    (void)opaque;
    log_debug("left out: /%s", path);
}

static int add_rules(const struct layout_request *request, struct tree *tree, bool report,
                     struct error **err)
{
    AUTO(tree_filter_free) struct tree_filter *filter = tree_filter_new();
    for (size_t i = 0; i < request->rule_count; i++)
        if (tree_filter_add(filter, request->rules[i].kind, request->rules[i].pattern, err))
            return -1;
    if (request->rule_count)
        tree_set_filter(tree, STEAL(filter), report ? tell_left_out : NULL, NULL);
    return 0;
}

/* -- texts -- */

static char *edit_fstab(void *opaque, const char *text)
{
    struct layout_files *files = opaque;
    if (!files->fstab)
        return fstab_rewrite(text, &files->news->fstab);
    free(files->old_fstab);
    files->old_fstab = xstrdup(text);
    return xstrdup(files->fstab);
}

static char *edit_old_fstab(void *opaque, const char *text)
{
    const struct layout_files *files = opaque;
    return xstrdup(files->old_fstab ? files->old_fstab : text);
}

static char *edit_grub_cfg(void *opaque, const char *text)
{
    const struct layout_files *files = opaque;
    return grub_cfg_rewrite(text, &files->news->menu);
}

static char *edit_menu_lst(void *opaque, const char *text)
{
    const struct layout_files *files = opaque;
    return files->menu_lst ? xstrdup(files->menu_lst) : menu_lst_rewrite(text, &files->news->menu);
}

static void list_edits(struct layout_files *files)
{
    const struct tree_edit edits[] = {
        { "etc/fstab", edit_fstab, files },
        { "etc/fstab.old", edit_old_fstab, files },
        { "boot/grub/grub.cfg", edit_grub_cfg, files },
        { "boot/grub2/grub.cfg", edit_grub_cfg, files },
        { "boot/grub/menu.lst", edit_menu_lst, files },
        { "boot/grub/grub.conf", edit_menu_lst, files },
    };
    static_assert(ARRAY_SIZE(edits) == LAYOUT_EDITS, "room for all edits");
    memcpy(files->edits, edits, sizeof(edits));
}

static char *new_fstab(const struct layout_news *news)
{
    switch (news->request->fstab) {
    case LAYOUT_FSTAB_DEFAULT:
        return fstab_template(FSTAB_DEFAULT, news->fstab.root_type);
    case LAYOUT_FSTAB_LEGACY:
        return fstab_template(FSTAB_LEGACY, news->fstab.root_type);
    case LAYOUT_FSTAB_TEXT:
        return xstrdup(news->request->fstab_text);
    default:
        return NULL;
    }
}

/* -- entries -- */

/* Why an entry is added. */
enum cause {
    FOR_SYSTEM = 1,
    FOR_FSTAB = 2,
    FOR_MENU = 4,
    FOR_GRUB = 8,
    FOR_GRUB2 = 16,
    FOR_EFI = 32
};

/* FORMAT.md 10, steps 6, 8 and 10. */
static size_t list_additions(struct layout_files *files)
{
    enum { DIRECTORY = S_IFDIR | 0755, FILE_MODE = S_IFREG | 0644, LINK = S_IFLNK | 0777 };
    static const char *const null = "null", *const mounts = "/proc/mounts",
                             *const menu = "menu.lst";
    const struct boot_loader *loader = &files->news->source->loader;
    const char *const *fstab = (const char *const *)&files->fstab,
                      *const *old_fstab = (const char *const *)&files->old_fstab,
                      *const *grub_cfg = (const char *const *)&loader->menu,
                      *const *menu_lst = (const char *const *)&files->menu_lst;
    const struct {
        unsigned causes;
        struct tree_addition addition;
    } rows[] = {
        { FOR_MENU | FOR_GRUB | FOR_GRUB2 | FOR_EFI, { .path = "boot", .mode = DIRECTORY } },
        { FOR_EFI, { .path = "boot/efi", .mode = DIRECTORY } },
        { FOR_MENU | FOR_GRUB, { .path = "boot/grub", .mode = DIRECTORY } },
        { FOR_GRUB, { .path = "boot/grub/grub.cfg", .mode = FILE_MODE, .text = grub_cfg } },
        { FOR_MENU, { .path = "boot/grub/grub.conf", .mode = LINK, .text = &menu } },
        { FOR_MENU, { .path = "boot/grub/menu.lst", .mode = FILE_MODE, .text = menu_lst } },
        { FOR_GRUB2, { .path = "boot/grub2", .mode = DIRECTORY } },
        { FOR_GRUB2, { .path = "boot/grub2/grub.cfg", .mode = FILE_MODE, .text = grub_cfg } },
        { FOR_SYSTEM, { .path = "dev", .mode = DIRECTORY } },
        { FOR_SYSTEM, { .path = "dev/X0R", .mode = LINK, .text = &null } },
        { FOR_SYSTEM, { .path = "dev/console", .mode = S_IFCHR | 0600, .major = 5, .minor = 1 } },
        { FOR_SYSTEM, { .path = "dev/null", .mode = S_IFCHR | 0666, .major = 1, .minor = 3 } },
        { FOR_SYSTEM, { .path = "dev/tty", .mode = S_IFCHR | 0666, .major = 5, .minor = 0 } },
        { FOR_SYSTEM, { .path = "dev/zero", .mode = S_IFCHR | 0666, .major = 1, .minor = 5 } },
        { FOR_SYSTEM | FOR_FSTAB, { .path = "etc", .mode = DIRECTORY } },
        { FOR_FSTAB, { .path = "etc/fstab", .mode = FILE_MODE, .text = fstab } },
        { FOR_FSTAB, { .path = "etc/fstab.old", .mode = FILE_MODE, .text = old_fstab } },
        { FOR_SYSTEM, { .path = "etc/mtab", .mode = LINK, .text = &mounts } },
        { FOR_SYSTEM, { .path = "mnt", .mode = DIRECTORY } },
        { FOR_SYSTEM, { .path = "proc", .mode = DIRECTORY } },
        { FOR_SYSTEM, { .path = "sys", .mode = DIRECTORY } },
    };
    static_assert(ARRAY_SIZE(rows) <= LAYOUT_ADDITIONS, "room for all additions");
    unsigned causes = (files->news->request->system_places ? FOR_SYSTEM : 0) |
                      (files->fstab ? FOR_FSTAB : 0) | (files->menu_lst ? FOR_MENU : 0) |
                      (files->news->request->efi ? FOR_EFI : 0);
    if (loader->menu)
        causes |= strstr(loader->menu_path, "/grub2/") ? FOR_GRUB2 : FOR_GRUB;
    size_t count = 0;
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
        if (rows[i].causes & causes)
            files->additions[count++] = rows[i].addition;
    return count;
}

int layout_files_open(struct layout_files *files, const struct layout_news *news, bool report,
                      struct error **err)
{
    const struct layout_request *request = news->request;
    AUTO(tree_close) struct tree *tree = layout_source_tree(news->source, err);
    if (!tree || add_rules(request, tree, report, err))
        return -1;
    files->news = news;
    files->fstab = new_fstab(news);
    if (request->menu_lst)
        files->menu_lst = menu_lst_rewrite(request->menu_lst, &news->menu);
    list_edits(files);
    size_t additions = list_additions(files);
    tree = tree_edit_new(STEAL(tree), files->edits, LAYOUT_EDITS);
    tree = tree_add_new(STEAL(tree), files->additions, additions, news->now);
    bool clamp = request->now || request->reproducible;
    int64_t latest = request->now && request->now < request->started ? request->now
                                                                     : request->started - 1;
    files->tree = clamp ? tree_clamp_new(STEAL(tree), latest, news->now) : STEAL(tree);
    return 0;
}

void layout_files_clear(struct layout_files *files)
{
    tree_close(files->tree);
    free(files->fstab);
    free(files->old_fstab);
    free(files->menu_lst);
}
