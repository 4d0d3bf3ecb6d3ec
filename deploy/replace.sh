#!/bin/sh
# Replace the replicas of compose.yaml by those of the new image, one after the other: deploy/replace.sh
# Or some of them: deploy/replace.sh playground-2
# nginx sends nobody to the one that goes. Its visitors stay until it ends, then their browsers connect to another.
# One that does not become healthy stays marked as down; then mend it and replace it again before any other.
set -eu
cd "$(dirname "$0")"

mark() {  # a replica, and " down" or nothing
    sed -i "/# $1\$/s/\( down\)*;/$2;/" nginx/replicas.conf
    docker compose exec -T nginx nginx -p /run/nginx -c /etc/playground/nginx.conf -e stderr -s reload
}

[ $# -gt 0 ] || set -- $(sed -n 's/^server .*# //p' nginx/replicas.conf)
for replica; do
    if grep " down;" nginx/replicas.conf | grep -v "# $replica\$"; then
        echo "Replace this one first: it is down." >&2
        exit 1
    fi
    mark "$replica" " down"
    sleep 5  # whatever was asked of it before is answered
    docker compose up -d --no-deps --wait "$replica"
    mark "$replica" ""
done
