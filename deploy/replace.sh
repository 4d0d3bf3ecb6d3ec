#!/bin/sh
# Replace the replicas of compose.yaml by those of the new image, one after the other: deploy/replace.sh
# Or some of them: deploy/replace.sh playground-2
# nginx sends nobody to the one that goes. Its visitors stay until it ends, then their browsers connect to another.
set -eu
cd "$(dirname "$0")"

reload() {
    docker compose exec -T nginx nginx -p /run/nginx -c /etc/playground/nginx.conf -e stderr -s reload
}

[ $# -gt 0 ] || set -- $(sed -n 's/^server .*# //p' nginx/replicas.conf)
for replica; do
    sed -i "/# $replica\$/s/;/ down;/" nginx/replicas.conf
    reload
    sleep 5  # whatever was asked of it before is answered
    docker compose up -d --no-deps --wait "$replica"
    sed -i "/# $replica\$/s/ down;/;/" nginx/replicas.conf
    reload
done
