#!/bin/sh
# postgresql.sh ADDRESS NETWORK PASSWORD_FILE: the distribution's PostgreSQL, for one role from one network, by TLS
# with a certificate of its own; the private part trusts /etc/postgresql/gatebook/ca.pem.
set -eu
listen=$1 from=$2 password_file=$3
# Only now, when the data disk is mounted: the package makes its cluster there, or finds the one that is there.
export DEBIAN_FRONTEND=noninteractive
apt-get -qq update
apt-get -qq install --yes --no-install-recommends postgresql
read -r version name _ <<CLUSTER
$(pg_lsclusters --no-header | head -1)
CLUSTER
config=/etc/postgresql/$version/$name
tls=/etc/postgresql/gatebook
"$(dirname "$0")/database-certificate.sh" "$tls" "$listen"
chown -R postgres:postgres "$tls"
cat >"$config/conf.d/gatebook.conf" <<CONF
listen_addresses = 'localhost,$listen'
password_encryption = 'scram-sha-256'
ssl = on
ssl_cert_file = '$tls/server.pem'
ssl_key_file = '$tls/server.key'
CONF
line="hostssl gatebook gatebook $from scram-sha-256"
grep -qxF "$line" "$config/pg_hba.conf" || echo "$line" >>"$config/pg_hba.conf"
systemctl enable "postgresql@$version-$name"
systemctl restart "postgresql@$version-$name"
cd /
# By standard input, so that the password is in no list of processes.
{
  printf "\\\\set password '%s'\n" "$(cat "$password_file")"
  cat <<'SQL'
select 'create role gatebook login' where not exists (select from pg_roles where rolname = 'gatebook') \gexec
alter role gatebook password :'password';
select 'create database gatebook owner gatebook encoding ''UTF8'' locale ''C'' template template0'
  where not exists (select from pg_database where datname = 'gatebook') \gexec
SQL
} | runuser -u postgres -- psql --set ON_ERROR_STOP=1 --quiet --no-psqlrc
rm -f "$password_file"
