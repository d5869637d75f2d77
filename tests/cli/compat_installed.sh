#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The old names are installed in a folder of their own, as links to the program.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/cli/common.bash
. "$(dirname "$0")/common.bash"
# shellcheck source=tests/cli/compat.bash
. "$(dirname "$0")/compat.bash"

requires cmake
[[ -f $FORGE_BUILD/cmake_install.cmake ]] || skip "this is no build tree"
[[ -w $FORGE_BUILD ]] || skip "the build tree is somebody else's" # cmake keeps a list in it
expect_status 0 env DESTDIR="$dir/root" cmake --install "$FORGE_BUILD" --prefix /usr
folder=$(dirname "$(find "$dir/root" -name ec2-unbundle)")
[[ $folder == "$dir/root/usr/libexec/forge/ec2-ami-tools" ||
  $folder == "$dir/root/usr/lib"*/forge/ec2-ami-tools ]] || fail "the folder is $folder"
[[ $(cd "$folder" && echo *) == "ec2-bundle-image ec2-bundle-vol ec2-migrate-manifest ec2-unbundle" ]] ||
  fail "in the folder: $(ls "$folder")"
for name in "${old_names[@]}"; do
  [[ $(readlink "$folder/$name") != /* ]] || fail "the link $name is absolute"
  [[ $(realpath "$folder/$name") == "$dir/root/usr/bin/forge" ]] || fail "$name leads elsewhere"
  [[ ! -e $dir/root/usr/bin/$name ]] || fail "$name is where it could hide the original"
  "$folder/$name" --version >/dev/null
done
[[ -f $(find "$dir/root" -name forge-ec2-ami-tools.7) ]] || fail "the manual page is missing"
