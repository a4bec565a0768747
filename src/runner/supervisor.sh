#!/bin/sh
# Supervises one job: claims it, enters its sandbox, records how it ended. Outlives the server.
#
# usage: supervisor.sh JOB_FOLDER
#
# S1. Exactly one supervisor ever runs a job: the claim is a hard link, which either appears whole or already exists.
# S2. `exit` appears by rename, after the job and (in a namespace) all its processes ended. Room for it is taken before
#     the job starts, so that a job which fills the disk still gets its status recorded.
# S3. Nobody signals the supervisor: stopping a job signals the process in `target`.
set -u
umask 022
PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin
cd "$1" || exit 1

if read -r boot </proc/sys/kernel/random/boot_id; then
  read -r stat <"/proc/$$/stat"
  pid=$$
  set -- ${stat##*) }
  shift 19
  start=$1
else
  pid=$$
  boot=$(sysctl -n kern.boottime)
  start=$(LC_ALL=C ps -o lstart= -p "$pid" | tr -s ' ')
fi 2>/dev/null

printf '%s\n%s\n%s\n' "$pid" "$start" "$boot" >"identity.$pid"
ln "identity.$pid" identity 2>/dev/null
claimed=$?
rm -f "identity.$pid"
[ "$claimed" = 0 ] || exit 0

printf '    \n' >exit.partial
sh ./enter.sh >>output.log 2>enter.log </dev/null
code=$?
if [ -e killed ]; then
  code=137 # stopped for good: unshare reports the death of its child in its own way
elif [ ! -e target ]; then
  code=125
  {
    echo 'telar: the sandbox of this job could not be made.'
    cat enter.log
  } >>output.log
fi
printf '%4d\n' "$code" 1<>exit.partial
exec mv exit.partial exit
