#!/bin/sh
# What the CI server does with the newest revision, in this order: test, build, push, release. Each step begins only
# when the one before it went well, so nothing is released that did not pass. A revision that failed is not tried again
# by itself: the next one is, or the same after `rm FOLDER/tried`.
#   pipeline.sh FOLDER, with REPOSITORY, BRANCH, REGISTRY (host:port) and MANAGER (its address)
set -eu
cd "$1"
folder=$PWD

[ -d source/.git ] || git clone --quiet --no-checkout "$REPOSITORY" source
git -C source fetch --quiet --tags origin "$BRANCH"
revision=$(git -C source rev-parse FETCH_HEAD)
if [ "$(cat tried 2>/dev/null)" = "$revision" ]; then
    exit 0
fi
trap 'echo "$revision" >"$folder/tried"' EXIT # not when the machine is stopped meanwhile: then it begins anew

# What .gitignore names stays: it is what the last run installed.
git -C source checkout --quiet --force --detach "$revision"
git -C source clean --quiet --force -d

# As root, since tests make networks and machines of their own, and what nobody could run counts as failed.
echo "Testing $revision …"
(cd source && sudo -E .ci/run)

echo "Building $revision …"
(cd source && sh deploy/images "$REGISTRY" "$revision")

echo "Pushing $revision …"
docker image ls --filter "reference=$REGISTRY/*:$revision" --format '{{.Repository}}:{{.Tag}}' >images
while read -r image; do docker push --quiet "$image"; done <images

echo "Releasing $revision …"
git -C source archive "$revision" docker-stack.yml deploy db/migrations |
    ssh -i "$folder/key" -o BatchMode=yes -o UserKnownHostsFile="$folder/known_hosts" "root@$MANAGER" "$revision"
echo "$revision is released."
