#!/usr/bin/env bash
# Puts dist.zip on every app of one color: deploy.sh blue|green
set -euo pipefail
color=${1:?}
: "${API_APPS:?}" "${API_PROFILE:?}"
package=${PACKAGE:-dist.zip}
[ -f "$package" ] || { echo "There is no $package: run infra/hooks/package.sh first." >&2; exit 1; }

apps=$(node --eval 'for (const { name, group, color } of JSON.parse(process.env.API_APPS)) if (color === process.argv[1]) console.log(`${group} ${name}`)' "$color")
[ -n "$apps" ] || { echo "There is no app of the color $color." >&2; exit 1; }
while read -r group name; do
  echo "$name"
  if [ "$API_PROFILE" = small ]; then
    az webapp deploy --resource-group "$group" --name "$name" --src-path "$package" --type zip --restart true --only-show-errors >/dev/null
  else
    # It may have been stopped when it was last taken out of use.
    az functionapp start --resource-group "$group" --name "$name" --only-show-errors >/dev/null
    az functionapp deployment source config-zip --resource-group "$group" --name "$name" --src "$package" --only-show-errors >/dev/null
  fi
done <<<"$apps"
