#!/usr/bin/env bash
# Asks a deployment whether it lives and is ready, until it does or patience ends: smoke.sh URL
set -euo pipefail
url=${1:?}
tries=${TRIES:-30} pause=${PAUSE:-10}

ask() { curl --silent --output "$2" --write-out '%{http_code}' --max-time 20 "$url$1" || true; }
answer=$(mktemp)
trap 'rm -f "$answer"' EXIT
for path in /api/healthz /api/readyz; do
  for ((at = 1; ; at++)); do
    status=$(ask $path "$answer")
    [ "$status" != 200 ] || break
    if [ $at -ge "$tries" ]; then
      echo "$url$path answers $status:" >&2
      head --bytes=2000 "$answer" >&2
      exit 1
    fi
    sleep "$pause"
  done
done
# Degraded is 200 as well: everybody is served, and somebody should know.
node --eval '
  const { status, concerns = [] } = JSON.parse(require("node:fs").readFileSync(process.argv[1], "utf8"))
  console.log(`ready: ${status}${concerns.length ? `, ${concerns.join(", ")}` : ""}`)
' "$answer"
