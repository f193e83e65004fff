#!/bin/sh
# Fills the variables of the environment into templates/**/*.template and writes them to conf.d, as the official one does.
set -eu

names=$(env | cut -d = -f 1 | sed 's/.*/${&}/' | tr '\n' ' ')
cd /etc/nginx/templates 2>/dev/null && find . -name '*.template' | while read -r template; do
    target=/etc/nginx/conf.d/${template#./}
    mkdir -p "$(dirname "$target")"
    envsubst "$names" <"$template" >"${target%.template}"
done
exec "$@"
