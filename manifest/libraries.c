/* SPDX-License-Identifier: Apache-2.0 */
/* The libraries under manifest, each with the version that is loaded. */
#include "manifest/libraries.h"
#include "manifest/packer.h"

#include <archive.h>
#include <libxml/parser.h>
#include <openssl/crypto.h>
#include <zlib.h>

void manifest_libraries(struct string_list *names)
{
    string_list_take(names, xasprintf("OpenSSL %s", OpenSSL_version(OPENSSL_VERSION_STRING)));
    string_list_take(names, xasprintf("libxml2 %s", LIBXML_DOTTED_VERSION));
    string_list_add(names, archive_version_string());
    for (size_t i = 0; packer_kinds[i]; i++)
        if (packer_kinds[i] != &packer_zlib)
            string_list_add(names, packer_kinds[i]->library);
    string_list_take(names, xasprintf("zlib %s", zlibVersion()));
}
