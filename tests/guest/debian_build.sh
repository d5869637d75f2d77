#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The main job on the real Debian disk: build, verify, unbundle, and build again from the bundle,
# with packages from the network of this host alone, a cloud-config applied and one left for the
# guest's own cloud-init, and what else only a real system shows.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/cli/common.bash
. "$(dirname "$0")/../cli/common.bash"
requires openssl xmllint gpg python3 apt-get dpkg-deb debugfs
requires_appliance
disk=$(debian_disk)/debian.qcow2
keys=$FORGE_FIXTURES/keys
before=$(sha256 "$disk") mtime=$(stat -c %Y "$disk")
printf 'from the host\n' >"$dir/upload.txt"

field() { xmllint --xpath "string($2)" "$1"; }
signing=(-c "$keys/user-cert.pem" -k "$keys/user-key.pem" --ec2cert "$keys/ec2-cert.pem" -u 1234-5678-9012)

printf '#cloud-config\nbootcmd:\n  - [sh, -c, "echo the seed was read"]\n' >"$dir/seed"
printf 'sysprep: defaults\ncloud-config: seed\ncloud-config-at-boot: true\nsteps:\n  - hostname: web\n' >"$dir/web.yaml"
# shellcheck disable=SC2016 # the guest expands it
expect_status 0 forge build "$disk" --recipe "$dir/web.yaml" \
  --upload "$dir/upload.txt:/etc/uploaded" --run-command 'id -u >/etc/built-by' \
  --run-command 'for i in $(seq 400); do printf "left-%s-behind" $i >/var/tmp/$i; done; sync; rm /var/tmp/*' \
  --copy-in "$keys/user-key.pem:/srv" --copy-in "$keys/user-cert.pem:/srv" \
  "${signing[@]}" -d "$dir/first" -p web --kernel aki-1a2b3c4d -B ami=sda1,ephemeral0=sdb \
  --productcodes A1B2,C3D4
manifest=$dir/first/web.manifest.xml
[[ $(<"$dir/out") == "$manifest" ]] || fail "stdout is not the manifest's path alone: $(<"$dir/out")"
[[ $(field "$manifest" //architecture) == x86_64 ]] || fail "the architecture does not come from inspection"

# The report says what went in: digests as sha256sum gives them, operations in their order.
cp "$dir/first/forge-report.json" "$dir/out"
json "it['input'] == {'path': '$disk', 'sha256': '$before', 'format': 'qcow2', 'virtual_size': 4 << 30}"
json "it['guest']['distro'] == 'debian' and it['guest']['architecture'] == 'x86_64'"
json "[o['operation'] for o in it['operations']] == ['hostname', 'upload', 'run-command', 'run-command', 'copy-in', 'copy-in', 'cloud-seed']"
json "it['operations'][2]['value'] == 'id -u >/etc/built-by'"
json "{f['use']: f['sha256'] for f in it['files']}['recipe'] == '$(sha256 "$dir/web.yaml")'"
json "{f['use']: f['sha256'] for f in it['files']}['upload'] == '$(sha256 "$dir/upload.txt")'"
json "{f['use']: f['sha256'] for f in it['files']}['cloud-seed'] == '$(sha256 "$dir/seed")'"
removed() { json "('$1', 'remove', '$2') in [(c['operation'], c['action'], c['path']) for c in it['sysprep']['changes']]"; }
removed secrets /srv/user-key.pem
removed passwd-backups /etc/passwd-
removed logfiles /var/log/lastlog
json "not [c for c in it['sysprep']['changes'] if c['path'].startswith(('/etc/ssl', '/usr', '/srv/user-cert'))]"
json "it['bundle']['tar_sha1'] == '$(field "$manifest" //image/digest)'"
json "set(it['run']['seconds']) == {'launch', 'customizing', 'bundling'}"

expect_status 0 forge verify --strict "$manifest" -c "$keys/user-cert.pem" -k "$keys/user-key.pem"

# Restored by us and by openssl, gunzip and tar alone: the same image.
expect_status 0 forge unbundle "$manifest" -k "$keys/user-key.pem" -o "$dir/restored.raw"
secret() { field "$manifest" "//user_encrypted_$1" | xxd -r -p | openssl pkeyutl -decrypt -inkey "$keys/user-key.pem"; }
(cd "$dir/first" && find . -name 'web.part.*' | sort -V | xargs cat) |
  openssl enc -d -aes-128-cbc -K "$(secret key)" -iv "$(secret iv)" | gunzip | tar -xO >"$dir/by-others.raw"
cmp "$dir/restored.raw" "$dir/by-others.raw"
rm "$dir/by-others.raw"
! grep -qaE 'left-[0-9]+-behind' "$dir/restored.raw" || fail "deleted files are in the bundle"

expect_status 0 forge cat "$dir/restored.raw" /etc/hostname /etc/uploaded /etc/built-by
[[ $(<"$dir/out") == $'web\nfrom the host\n0' ]] || fail "the guest has: $(<"$dir/out")"
names() { debugfs -R "ls -p $1" "$dir/restored.raw?offset=1048576" 2>/dev/null | cut -d / -f 6; }
[[ $(names /srv | sort) == *user-cert.pem && $(names /srv) != *user-key* ]] || fail "in /srv: $(names /srv)"
[[ $(names /etc/ssl/certs) == *.pem* ]] || fail "the certificates of authorities are gone"

# What was left for cloud-init, sysprep notwithstanding, is applied at a boot.
expect_status 0 forge boot "$dir/restored.raw" --log "$dir/console.log"
grep -qa 'the seed was read' "$dir/console.log" || fail "cloud-init did not run: $(grep -a cloud "$dir/console.log")"
rm "$dir/restored.raw"

# A repository on this host's loopback: one package of Debian's, one whose script looks around.
make_probe() {
  mkdir -p "$dir/probe/DEBIAN"
  printf 'Package: forge-probe\nVersion: %s\nArchitecture: all\nMaintainer: Nobody <nobody@example.com>\nDescription: a probe\n' \
    "$1" >"$dir/probe/DEBIAN/control"
  cat >"$dir/probe/DEBIAN/postinst" <<'POSTINST'
#!/bin/sh
status=0
/usr/sbin/policy-rc.d || status=$?
echo "services: $status, front end: $DEBIAN_FRONTEND, $(grep -c nameserver /etc/resolv.conf) name server" >/etc/probe
POSTINST
  chmod 0755 "$dir/probe/DEBIAN/postinst"
  dpkg-deb --root-owner-group -b "$dir/probe" "$dir/probe_$1.deb" >/dev/null
}
make_probe 1
make_probe 2
mkdir -p "$dir/late/DEBIAN" "$dir/late/etc/chrony"
printf 'pool old.example.com iburst\nrtcsync\n' >"$dir/late/etc/chrony/chrony.conf"
printf 'Package: forge-late\nVersion: %s\nArchitecture: all\nMaintainer: Nobody <nobody@example.com>\nDescription: another\n' \
  1.5 >"$dir/late/DEBIAN/control"
dpkg-deb --root-owner-group -b "$dir/late" "$dir/late_1.5.deb" >/dev/null
(cd "$dir" && apt-get -q download hello >/dev/null 2>&1) || lacks "apt has no package to download"
"$FORGE_SOURCE/fixtures/apt-repository" "$dir/repository" "$dir"/hello_*.deb "$dir/probe_2.deb" "$dir/late_1.5.deb"
ln -s . "$dir/repository/again" # apt takes it for another one
serve "$dir/repository"
unset http_proxy https_proxy HTTP_PROXY HTTPS_PROXY

openssl req -x509 -newkey rsa:2048 -nodes -keyout "$dir/ca.key" -out "$dir/ca.pem" -subj /CN=test -days 9 2>/dev/null
openssl req -x509 -key "$dir/ca.key" -out "$dir/ca2.pem" -subj /CN=other -days 9 2>/dev/null
echo 'ssh-ed25519 AAAAC3NzaC1lZDI1 me' >"$dir/id.pub"
cat >"$dir/commands" <<COMMANDS
# The machine's own sources are not to be asked; Debian's own authorities take two minutes to sort.
delete /etc/apt/sources.list.d/*
truncate /etc/ca-certificates.conf
apt-source local:deb [signed-by=repository/key.asc] http://169.254.2.2:$port/ ./
package-file probe_1.deb
run-command grep -q 'services: 101, front end: noninteractive' /etc/probe
install hello
update
run-command test -z "\$(dpkg --audit)" && dpkg-query -W -f '\${Package} \${Version}\n' hello forge-probe >/etc/result
run-command ! ls /var/cache/apt/archives/*.deb
uninstall hello
run-command ! dpkg -s hello
user-add deploy:groups=adm,sudo,comment=De Ploy,key=id.pub
password deploy:random
run-command id -nG deploy >>/etc/result; sudo -l -U deploy | grep NOPASSWD >>/etc/result
service disable:ssh
service mask:apt-daily.timer
service enable:systemd-networkd
run-command for unit in ssh apt-daily.timer systemd-networkd; do systemctl is-enabled \$unit; done >>/etc/result || true
ca-cert ca.pem
run-command openssl verify /usr/local/share/ca-certificates/ca.crt
COMMANDS

# Behind all of these: each key of a cloud-config that is applied, and what the guest makes of it.
cat >"$dir/user-data" <<DATA
#cloud-config
hostname: again
fqdn: again.example.com
timezone: Europe/Berlin
growpart: {mode: auto}
ntp: {servers: [time.example.com], pools: [pool.example.com]}
apt:
  preserve_sources_list: true
  sources:
    cloud.list:
      source: deb http://169.254.2.2:$port/again/ ./
      key: |
$(sed 's/^/        /' "$dir/repository/key.asc")
ca_certs:
  trusted:
    - |
$(sed 's/^/      /' "$dir/ca2.pem")
package_update: true
packages: [[forge-late, '1.5']]
groups:
  - makers: [deploy]
users:
  - name: cloudy
    gecos: Cloud, Y.
    groups: makers, adm
    shell: /bin/sh
    uid: 4321
    sudo: ALL=(ALL) NOPASSWD:/bin/true
    lock_passwd: false
    hashed_passwd: \$6\$salt\$hash
    ssh_authorized_keys: [ssh-ed25519 AAAAC3NzaC1lZDI1 cloudy]
write_files:
  - path: /opt/new/packed
    encoding: gz+b64
    permissions: '0640'
    content: $(echo packed | gzip -n | base64)
  - {path: /opt/new/mine, content: "mine\\n", owner: 'cloudy:makers', defer: true}
runcmd:
  - cd /opt/new
  - exec >/etc/cloud-result
  - cat packed mine
  - [stat, -c, '%n %U:%G %a', packed, mine]
  - getent passwd cloudy && id -nG cloudy | xargs -n 1 | sort | xargs && getent group makers | cut -d ':' -f 4
  - sed -n 's/^cloudy:\\([^:]*\\):.*/\\1/p' /etc/shadow
  - sudo -l -U cloudy | grep NOPASSWD | xargs
  - cat /home/cloudy/.ssh/authorized_keys /etc/chrony/chrony.conf /etc/apt/sources.list.d/cloud.list
  - dpkg-query -W -f '\${Package} \${Version}\n' forge-late
  - openssl verify -CApath /etc/ssl/certs /usr/local/share/ca-certificates/forge-*.crt | grep -o 'OK$'
  - readlink /etc/localtime
  - cat /etc/hostname && getent hosts again | xargs
DATA

# The bundle is an image as well: a second build starts from it, inherits its fields, and puts it on
# a smaller disk.
printf 'disk:\n  layout: gpt\n  size: 1500M\n' >"$dir/again.yaml"
cd "$dir"
resolver=$(debugfs -R 'cat /etc/resolv.conf' "${disk%.qcow2}.raw?offset=1048576" 2>/dev/null)
expect_status 0 forge build "$manifest" --recipe "$dir/again.yaml" --append-line '/etc/uploaded:and again' \
  --network --commands-from-file commands --cloud-config user-data \
  "${signing[@]}" -d "$dir/second" -p again --kernel aki-99999999 --tmpdir "$dir"
second=$dir/second/again.manifest.xml
[[ $(field "$second" //kernel_id) == aki-99999999 ]] || fail "an option does not win over what is inherited"
[[ $(field "$second" //mapping[2]/device) == sdb ]] || fail "the mapping is not inherited"
[[ $(field "$second" //product_code[2]) == C3D4 ]] || fail "the product codes are not inherited"
[[ $(field "$second" //image/size) == $((1500 << 20)) ]] || fail "the disk does not have the size that it should"

# Packages came through the appliance's network, and the guest is as its own tools would have left it.
expect_status 0 forge cat "$second" /etc/uploaded /etc/result /etc/resolv.conf /etc/probe /etc/cloud-result -k "$keys/user-key.pem" --tmpdir "$dir"
wanted="from the host
and again
forge-probe 2
hello [0-9.-]+
deploy adm
 +\\(ALL : ALL\\) NOPASSWD: ALL
disabled
masked
enabled
$resolver
services: 101, front end: noninteractive, [1-9] name server"
# shellcheck disable=SC2016 # a hash has dollars
cloud='packed
mine
packed root:root 640
mine cloudy:makers 644
cloudy:x:4321:4321:Cloud, Y.:/home/cloudy:/bin/sh
adm cloudy makers
cloudy,deploy
$6$salt$hash
(ALL) NOPASSWD: /bin/true
ssh-ed25519 AAAAC3NzaC1lZDI1 cloudy
server time.example.com iburst
pool pool.example.com iburst
rtcsync
deb [signed-by=/etc/apt/keyrings/cloud.asc] http://169.254.2.2:'"$port"'/again/ ./
forge-late 1.5
OK
../usr/share/zoneinfo/Europe/Berlin
again
127.0.1.1 again.example.com again'
[[ $(<"$dir/out") =~ ^$wanted$'\n'"$cloud"$ ]] || fail "the second guest has: $(<"$dir/out")"

[[ $(sha256 "$disk") == "$before" && $(stat -c %Y "$disk") == "$mtime" ]] || fail "the input was changed"
! compgen -G "$dir/.forge-*" || fail "a work directory is left behind"
