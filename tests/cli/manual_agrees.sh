#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Every verb has a page, and page and help have the same options.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/cli/common.bash
. "$(dirname "$0")/common.bash"

man=$FORGE_SOURCE/forge/man
operations=$(forge customize --list | cut -f 1 | cut -d ' ' -f 1 | sed 's/^/--/')
options_of() { sed -n 's/^\(\*-.\*, \)\{0,1\}\*\(--[a-z0-9-]*\)\*.*/\2/p' "$@" | sort; }
disk=$(sed -n '/^## Disk/,/^## Input/p' "$man/forge-convert.1.scd" | options_of)
[[ $disk == *--layout* ]] || fail "forge-convert(1) has no section on the disk"
for verb in $(forge --list-verbs); do
  page=$man/forge-$verb.1.scd
  [[ -e $page ]] || fail "there is no page forge-$verb(1)"
  grep -q "forge-$verb\*(1)" "$man/forge.1.scd" || fail "forge(1) does not name $verb"
  forge --list-options "$verb" | cut -d ' ' -f 1 | grep '^--' | sort >"$dir/help"
  # Pages point to forge-customize(1) for the operations, to forge-convert(1) for the disk.
  case $verb in
    shell) elsewhere=$operations ;;
    build) elsewhere=$operations$'\n'$disk ;;
    bundle | customize) elsewhere=$disk ;;
    *) elsewhere=none ;;
  esac
  grep -vxF -e "$elsewhere" "$dir/help" >"$dir/own" || true
  mv "$dir/own" "$dir/help"
  options_of "$page" >"$dir/page"
  diff "$dir/help" "$dir/page" || fail "help (<) and page (>) of $verb differ"
done
