#!/usr/bin/env bash
# What `azd up` does once everything is there: keys, schema, package, deployment, and a look whether it is ready.
set -euo pipefail
cd "$(dirname "$0")/../.."
infra/hooks/package.sh
infra/hooks/with-open-doors.sh infra/hooks/prepare-stores.sh
infra/hooks/deploy.sh "$API_LIVE_COLOR"
infra/hooks/smoke.sh "$PUBLIC_URL"
