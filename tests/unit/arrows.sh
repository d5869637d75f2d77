#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The arrows of the house: which room includes which, and who may see which library.
set -euo pipefail
cd "${FORGE_SOURCE:-$(dirname "$0")/../..}"
failed=0

# forbid WHY FILES... -- PATTERN: no file may have an #include that matches.
forbid() {
  local why=$1 files=() found
  shift
  while [[ $1 != -- ]]; do files+=("$1"); shift; done
  if found=$(grep -rnP --include='*.[ch]' "^#include [<\"]($2)" "${files[@]}"); then
    printf '%s:\n%s\n' "$why" "$found" >&2
    failed=1
  fi
}

forbid 'base includes nothing of ours' forge/base -- '(fsimage|manifest|fixtures|tests|forge/(cli|build|join|compat))/'
forbid 'manifest sees base only' manifest -- '(fsimage|forge/(cli|build|join|compat))/'
forbid 'fsimage sees base only' fsimage -- '(manifest|forge/(cli|build|join|compat))/'

# sees ROOM OTHERS...: of what is in fsimage, ROOM includes itself and the OTHERS alone.
sees() {
  local room=$1
  shift
  forbid "fsimage/$room sees ${*:-no other room} only" "fsimage/$room" -- \
    "fsimage/(?!($(IFS='|' && echo "$room${*:+|$*}"))\\b)"
}
sees image
sees host
sees tree
sees ext image tree
sees guest image host
sees disk image host ext guest
sees machine image host guest
sees doctor host guest
sees ops guest tree 'customize\.h'
sees sysprep guest tree ops 'customize\.h' 'sysprep\.h'

forbid 'build and join do not see the command line' forge/build forge/join -- 'forge/(cli|compat)/'
forbid 'the old names do not see the command line' forge/compat -- 'forge/cli/'
mapfile -t verbs < <(find forge/cli -name '*.[ch]' ! -name main.c)
forbid 'only main() hands over to the old names' "${verbs[@]}" -- 'forge/compat/'

# only LIBRARY-PATTERN ALLOWED-PATTERN: nobody but the allowed files includes it.
only() {
  local found
  if found=$(grep -rnE --include='*.[ch]' "^#include <($1)" forge fsimage manifest | grep -vE "^($2)"); then
    printf 'only %s may include %s:\n%s\n' "$2" "$1" "$found" >&2
    failed=1
  fi
}

only 'guestfs|libnbd|libfdisk|blkid|ext2fs' 'fsimage/'
only 'openssl|zlib|libdeflate|libxml|isa-l|igzip' 'manifest/|forge/base/(digest|base64)\.c'
only 'archive' 'manifest/|fsimage/'
only 'yaml' 'forge/build/recipe_yaml\.c'
only 'jansson' 'forge/base/json\.h'

# The rooms below have one door to exit statuses: the programs.
if grep -rnE --include='*.c' '(^|[^_[:alnum:]])exit\(' fsimage manifest forge/build forge/join; then
  echo 'libraries return errors; only programs exit' >&2
  failed=1
fi
exit $failed
