#!/bin/sh
# database-certificate.sh DIRECTORY ADDRESS: a certificate for a PostgreSQL host that is known by an
# IP address, and the authority that the private part is told to trust (sslrootcert=). The authority's
# key is thrown away: nothing else can ever be made with it. What exists already is kept.
set -eu
directory=$1 address=$2
mkdir -p "$directory"
cd "$directory"
[ ! -e server.pem ] || exit 0
umask 077
key="-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"
# shellcheck disable=SC2086
openssl req -x509 $key -keyout ca.key -out ca.pem -subj "/CN=Gatebook database $address" -days 3650 2>/dev/null
# shellcheck disable=SC2086
openssl req $key -keyout server.key -out server.csr -subj "/CN=$address" 2>/dev/null
printf 'subjectAltName=IP:%s\nextendedKeyUsage=serverAuth\n' "$address" >server.ext
openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -set_serial 1 -days 3650 -extfile server.ext -out server.pem 2>/dev/null
rm ca.key server.csr server.ext
chmod 0644 ca.pem server.pem
