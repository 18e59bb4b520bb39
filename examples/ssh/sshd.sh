#!/bin/sh
# A throw-away ssh server on loopback, to try hosts: on one machine. Keys, configuration
# and log are in DIR; DIR/ssh.conf is for ssh -F. Ends with: kill $(cat DIR/sshd.pid)
#     sshd.sh DIR PORT
set -eu
dir=$1 port=$2
mkdir -p "$dir"
dir=$(cd "$dir" && pwd)
cd "$dir"
rm -f host user host.pub user.pub
ssh-keygen -q -t ed25519 -N '' -f host
ssh-keygen -q -t ed25519 -N '' -f user
[ "$(id -u)" != 0 ] || mkdir -p /run/sshd
cat >sshd.conf <<EOF
Port $port
ListenAddress 127.0.0.1
HostKey $dir/host
PidFile $dir/sshd.pid
AuthorizedKeysFile $dir/user.pub
StrictModes no
UsePAM no
PasswordAuthentication no
EOF
cat >ssh.conf <<EOF
Host *
Port $port
IdentityFile $dir/user
IdentitiesOnly yes
StrictHostKeyChecking no
UserKnownHostsFile /dev/null
LogLevel ERROR
BatchMode yes
EOF
/usr/sbin/sshd -f "$dir/sshd.conf" -E "$dir/sshd.log"
tries=0
until ssh -F ssh.conf 127.0.0.1 true; do
	tries=$((tries + 1))
	[ $tries -lt 50 ] || exit 1
	sleep 0.1
done
