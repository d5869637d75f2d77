# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Compares trees by other people's tools: what a file is by those of libguestfs's appliance, what is in
# it by debugfs, as the appliance reads a hundred times slower in software emulation.
# shellcheck disable=SC2154 # dir is of lib.sh

# same_entries NEW SOURCE DEVICE:PLACE... [-- PATH...]: the bare file system NEW has the files that
# those of SOURCE, a raw disk, show as they are mounted: types, modes, owners, links, devices, targets,
# sizes, times, attributes; and the contents of those in /srv. What is at PATH is left out. One launch.
same_entries() {
  local new=$1 source=$2 mount without=
  shift 2
  {
    echo "add $source readonly:true format:raw"
    echo "add $new readonly:true format:raw"
    echo run
    echo mkmountpoint /source
    echo mkmountpoint /new
    for mount; do
      shift
      [[ $mount != -- ]] || break
      echo "mount-ro ${mount%%:*} /source${mount#*:}"
    done
    echo mount-ro /dev/sdb /new
    echo "upload $dir/compare /compare"
    echo 'debug sh "bash /sysroot/compare"'
  } >"$dir/commands"
  for mount; do without+=" ! -path .$mount"; done
  compare_script "$without" >"$dir/compare"
  LIBGUESTFS_BACKEND=direct LIBGUESTFS_BACKEND_SETTINGS=force_tcg guestfish -f "$dir/commands" >"$dir/differences"
  [[ $(cat "$dir/differences") == 'nothing differs' ]] || { cat "$dir/differences" >&2 && fail "the trees differ"; }
}

# The sizes of directories are the file system's own affair. Access times are not compared: the disk
# that was converted has been looked at.
compare_script() {
  cat <<SCRIPT
set -e -o pipefail
export LC_ALL=C
names() { find .$1 "\$@" -print0 | sort -z; }
entries() {
  names ! -type d | xargs -0 stat -c '%N %f %u:%g x%h %t,%T %s %y %z'
  names -type d | xargs -0 stat -c '%n %f %u:%g x%h %y %z'
}
attributes() { names | xargs -0 getfattr -h -d -m - -e hex; }
contents() { names -type f -path './srv/*' | xargs -0 -r sha256sum; }
for list in entries attributes contents; do
  for tree in source new; do (cd /sysroot/\$tree && \$list) >/tmp/\$tree; done
  diff /tmp/source /tmp/new | head -n 40
done
echo nothing differs
SCRIPT
}

# same_contents NEW SOURCE DIFFERENCE: the regular files of the file systems NEW and SOURCE (as debugfs
# takes them) are the same, but for what matches DIFFERENCE of what diff says.
same_contents() {
  mkdir "$dir/new" "$dir/source"
  debugfs -R "rdump / $dir/new" "$1" 2>/dev/null
  debugfs -R "rdump / $dir/source" "$2" 2>/dev/null
  [[ -s $dir/source/usr/bin/perl && -s $dir/source/etc/shadow ]] || fail "debugfs has read nothing"
  diff -rq --no-dereference "$dir/source" "$dir/new" | grep -Ev "$3" >"$dir/differences" || true
  [[ ! -s $dir/differences ]] || { cat "$dir/differences" >&2 && fail "the contents differ"; }
  rm -r "$dir/new" "$dir/source"
}
