#!/bin/bash
# healthy PORT [PATH]: whether this container answers. With a path it wants 200 by plain HTTP on
# loopback; without one it only wants the port to be open (HTTPS needs more than the image holds).
set -eu
exec 3<>"/dev/tcp/127.0.0.1/$1"
[ $# -gt 1 ] || exit 0
printf 'GET %s HTTP/1.0\r\nHost: localhost\r\n\r\n' "$2" >&3
read -r -t 4 _ status _ <&3
[ "$status" = 200 ]
