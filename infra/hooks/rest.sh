#!/usr/bin/env bash
# Stops the apps of a color that nobody is led to any more: rest.sh blue|green
set -euo pipefail
color=${1:?}
: "${API_APPS:?}" "${AZURE_RESOURCE_GROUP:?}" "${API_FRONT_DOOR:?}"
live=$(az afd route show --resource-group "$AZURE_RESOURCE_GROUP" --profile-name "$API_FRONT_DOOR" --endpoint-name "$API_FRONT_DOOR-live" \
  --route-name everything --query originGroup.id --output tsv --only-show-errors)
case $live in
  */"$color") echo "$color is live: it does not rest." >&2; exit 1 ;;
  */blue | */green) ;;
  *) echo "Nobody says which color is live." >&2; exit 1 ;;
esac
node --eval 'for (const { name, group, color } of JSON.parse(process.env.API_APPS)) if (color === process.argv[1]) console.log(`${group} ${name}`)' "$color" |
  while read -r group name; do
    az functionapp stop --resource-group "$group" --name "$name" --only-show-errors >/dev/null
    echo "$name rests"
  done
