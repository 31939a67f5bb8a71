#!/usr/bin/env bash
# Makes dist.zip: the program as Azure starts it, native addons for Linux on x64 included.
set -euo pipefail
cd "$(dirname "$0")/../.."
npm run build
npm install --prefix dist --omit=dev --os=linux --cpu=x64 --libc=glibc --no-audit --no-fund
rm -f dist.zip
(cd dist && zip --quiet --recurse-paths ../dist.zip . --exclude 'client/*')
