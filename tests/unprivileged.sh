#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Runs the unit, format and cli tests of this build as a user without any privilege.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/lib.sh"

[[ $(id -u) == 0 ]] || skip "the suite is already running without privileges"
requires setpriv ctest
nobody=(setpriv --reuid=65534 --regid=65534 --clear-groups --no-new-privs --inh-caps=-all)
"${nobody[@]}" test -x "$FORGE_BUILD" -a -r "$FORGE_SOURCE/CMakeLists.txt" ||
  skip "$FORGE_SOURCE cannot be read by other users"

# A tree of tests of our own: ctest writes its log beside the list that it reads.
mkdir "$dir/suite" "$dir/tmp" "$dir/home"
echo "subdirs(\"$FORGE_BUILD/tests\")" >"$dir/suite/CTestTestfile.cmake"
chown -R 65534:65534 "$dir"
cd "$dir/suite"
env PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME="$dir/home" TMPDIR="$dir/tmp" XDG_CACHE_HOME="$dir/home/cache" "${nobody[@]}" \
  ctest --output-on-failure -j "$(nproc)" -L 'unit|format|cli' --fixture-exclude-any '.*'
