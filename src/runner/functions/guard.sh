#!/bin/sh
# Ends the workers of functions when their server has gone, however it went: this process reads from the server, and
# reads its end. A line is `+ PID START` (a supervisor, and when it started) or `- PID START`.
#
# G1. Killing a supervisor takes all of its worker along (supervisor.sh). A pid that is another process by now is left alone.
set -u
held=
while read -r sign pid start; do
  case $sign in
  +) held="$held $pid:$start" ;;
  -)
    rest=
    for one in $held; do
      [ "$one" = "$pid:$start" ] || rest="$rest $one"
    done
    held=$rest
    ;;
  esac
done
for one in $held; do
  pid=${one%%:*}
  read -r stat 2>/dev/null <"/proc/$pid/stat" || continue
  set -- ${stat##*) }
  shift 19
  [ "$1" = "${one##*:}" ] && kill -s KILL "$pid"
done
