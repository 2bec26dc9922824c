#!/bin/sh
# data-disk.sh DEVICE DIRECTORY: waits for the disk, formats it if it is blank, mounts it for good.
# What already has a file system is never formatted: it holds the site.
set -eu
device=$1 directory=$2
tries=0
until [ -b "$device" ]; do
  tries=$((tries + 1))
  [ "$tries" -le 300 ] || { echo "data-disk: $device did not come within ten minutes" >&2; exit 1; }
  sleep 2
done
# 2: nothing known is on it. Anything else that is not success is a reason to stop, not to format.
status=0
blkid --probe "$device" >/dev/null || status=$?
case $status in
  0) ;;
  2) mkfs.ext4 -q -L gatebook "$device" ;;
  *) echo "data-disk: cannot tell what is on $device" >&2; exit 1 ;;
esac
mkdir -p "$directory"
uuid=$(blkid --match-tag UUID --output value "$device")
grep -q "$uuid" /etc/fstab || echo "UUID=$uuid $directory ext4 nofail,noatime,nodev,nosuid,noexec 0 2" >>/etc/fstab
systemctl daemon-reload
mountpoint -q "$directory" || mount "$directory"
