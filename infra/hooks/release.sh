#!/usr/bin/env bash
# From a package to people: deploy to the apps that nobody uses, look, lead people there, look again, and back where it fails.
set -euo pipefail
cd "$(dirname "$0")"
: "${API_PROFILE:?}" "${API_LIVE_COLOR:?}" "${PUBLIC_URL:?}" "${API_NEXT_URL:?}"

if [ "$API_PROFILE" = small ]; then
  ./deploy.sh "$API_LIVE_COLOR"
  ./smoke.sh "$PUBLIC_URL"
  exit
fi
next=$([ "$API_LIVE_COLOR" = blue ] && echo green || echo blue)
./deploy.sh "$next"
./smoke.sh "$API_NEXT_URL"
back() {
  echo "It is not well: people are led back to $API_LIVE_COLOR." >&2
  ./swap.sh "$API_LIVE_COLOR"
  exit 1
}
./swap.sh "$next" || back
./smoke.sh "$PUBLIC_URL" || back
# Documents and pages of the version before go within a minute by themselves: no reason to lead anybody back.
./purge.sh || echo 'Front Door was not told to forget the version before; it does within a minute.' >&2
