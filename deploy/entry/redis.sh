#!/bin/sh
# The bus, behind a password that the founding container hands to the services.
set -eu
umask 027

password=/passwords/bus/password
if [ ! -s "$password" ]; then
    openssl rand -hex 32 >"$password.new"
    mv "$password.new" "$password"
fi
# From standard input, so that the password stands in no argument.
exec redis-server - <<END
bind ${LISTEN:-* -::*}
port ${PORT:-6379}
requirepass $(cat "$password")
dir /data
appendonly yes
appendfsync everysec
save ""
maxmemory-policy noeviction
END
