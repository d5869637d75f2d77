/* SPDX-License-Identifier: Apache-2.0 */
/* secrets: private keys by content. One run of find(1) and grep(1) over the guest's files, in the
 * appliance, names the few that may hold one; those are read and judged here. */
#include "forge/base/cancel.h"
#include "fsimage/ops/guest_file.h"
#include "fsimage/sysprep/search.h"
#include "fsimage/sysprep/secret_kind.h"
#include "fsimage/sysprep/sysprep_ops.h"

#include <string.h>

/* Larger files are no keys, and not worth their time. */
#define SIZE_MAX_KIB "1025"
enum { READ_MAX = 1 << 20 };

/* A fixed text for the appliance's own shell: names of the guest's files only ever pass from find
 * to grep as arguments that begin with /sysroot, and come back in hexadecimal. Neither follows
 * symbolic links. Left out are the places that only hold what packages brought. */
static char command[] =
    "set -- /sysroot;"
    " for d in bin boot dev lib lib32 lib64 libx32 proc sbin snap sys usr/bin usr/games usr/include"
    " usr/lib usr/lib32 usr/lib64 usr/libexec usr/libx32 usr/sbin usr/share usr/src var/lib/dpkg"
    " var/lib/apt var/lib/rpm var/cache;"
    " do set -- \"$@\" -path /sysroot/$d -prune -o; done;"
    " LC_ALL=C; export LC_ALL;"
    " find \"$@\" -type f -size -" SIZE_MAX_KIB "k -exec grep -laEZ"
    " -e '^-----BEGIN ([A-Z0-9]+ )*PRIVATE KEY'"
    " -e '^---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----'"
    " -e '^PuTTY-User-Key-File-[0-9]'"
    " -e '^SSH PRIVATE KEY FILE FORMAT'"
    " -e '^(Key: )?\\([0-9:]*(protected-)?private-key'"
    " -e \"$(printf '^(\\376\\355\\376\\355|\\316\\316\\316\\316)')\"" /* Java's key stores */
    " -e \"$(printf '^\\060\\202')\""                                  /* DER */
    " -e \"$(printf '^(\\224|\\225[\\001-\\017]|\\305[\\300-\\337].\\004)')\"" /* OpenPGP, tag 5 */
    " {} + | od -An -v -tx1 | tr -d ' \\n'";

static int judge(struct sysprep_search *search, const char *path, struct error **err)
{
    size_t length = 0;
    AUTO_FREE char *content =
        guestfs_pread(guest_handle(search->guest), path, READ_MAX, 0, &length);
    if (!content)
        return guest_error(search->guest, err, "reading %s", path);
    const char *kind = sysprep_secret_kind(content, length);
    explicit_bzero(content, length);
    if (kind)
        sysprep_search_add(search, SYSPREP_REMOVE, path, kind);
    return 0;
}

int sysprep_find_secrets(struct sysprep_search *search, struct error **err)
{
    static const char top[] = "/sysroot";
    char *const arguments[] = { command, NULL };
    AUTO_FREE char *hex = guestfs_debug(guest_handle(search->guest), "sh", arguments);
    if (!hex)
        return guest_error(search->guest, err, "looking for private keys");
    size_t length = strlen(hex) / 2;
    AUTO_FREE char *names = xcalloc(length + 1, 1);
    hex[2 * length] = '\0';
    if (!hex_decode(hex, names, length))
        return error_set(err, ERROR_HOST, "the appliance's answer is not hexadecimal");
    for (char *name = names; name < names + length && !search->found->more;
         name += strlen(name) + 1) {
        if (cancel_check(err) ||
            (starts_with(name, top) && judge(search, name + sizeof(top) - 1, err)))
            return -1;
    }
    return 0;
}
