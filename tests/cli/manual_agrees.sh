#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Every verb has a page, and page and help have the same options.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/cli/common.bash
. "$(dirname "$0")/common.bash"

man=$FORGE_SOURCE/forge/man
operations=$(forge customize --list | cut -f 1 | cut -d ' ' -f 1 | sed 's/^/--/')
for verb in $(forge --list-verbs); do
  page=$man/forge-$verb.1.scd
  [[ -e $page ]] || fail "there is no page forge-$verb(1)"
  grep -q "forge-$verb\*(1)" "$man/forge.1.scd" || fail "forge(1) does not name $verb"
  forge --list-options "$verb" | cut -d ' ' -f 1 | grep '^--' | sort >"$dir/help"
  if [[ $verb == build ]]; then # its page points to forge-customize(1) for the operations
    grep -vxF -e "$operations" "$dir/help" >"$dir/own" || true
    mv "$dir/own" "$dir/help"
  fi
  sed -n 's/^\(\*-.\*, \)\{0,1\}\*\(--[a-z0-9-]*\)\*.*/\2/p' "$page" | sort >"$dir/page"
  diff "$dir/help" "$dir/page" || fail "help (<) and page (>) of $verb differ"
done
