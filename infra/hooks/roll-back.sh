#!/usr/bin/env bash
# Leads people to the version before, once it has been started again and looked at.
set -euo pipefail
cd "$(dirname "$0")"
: "${API_PROFILE:?}" "${API_LIVE_COLOR:?}" "${API_APPS:?}" "${PUBLIC_URL:?}" "${API_NEXT_URL:?}"
if [ "$API_PROFILE" = small ]; then
  echo "There is one process, and no version before it: release the tag before." >&2
  exit 1
fi
before=$([ "$API_LIVE_COLOR" = blue ] && echo green || echo blue)
apps=$(node --eval 'for (const { name, group, color } of JSON.parse(process.env.API_APPS)) if (color === process.argv[1]) console.log(`${group} ${name}`)' "$before")
while read -r group name; do
  az functionapp start --resource-group "$group" --name "$name" --only-show-errors >/dev/null
done <<<"$apps"
./smoke.sh "$API_NEXT_URL"
./swap.sh "$before"
./smoke.sh "$PUBLIC_URL"
./purge.sh || echo 'Front Door was not told to forget the version before; it does within a minute.' >&2
