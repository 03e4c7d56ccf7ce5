#!/usr/bin/env bash
# Fetches GitHub's own descriptions of its interfaces, which the contract test checks the simulator against:
# the OpenAPI description, the GraphQL schema and the example webhooks. They come from npm, pinned, and only the
# files that are needed are kept (the OpenAPI package alone is 385 MB unpacked). They are never committed.
#
#   internal/contract/fetch.sh            into .cache/contract of this repository
#   PHASEGATE_CONTRACT_DIR=DIR …/fetch.sh into DIR
set -euo pipefail

openapi_version=23.0.2
schema_version=15.26.1
examples_version=7.6.1

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
dir=${PHASEGATE_CONTRACT_DIR:-$root/.cache/contract}
mkdir -p "$dir"
dir=$(cd "$dir" && pwd)

command -v npm >/dev/null || { echo "fetch.sh: npm is needed to fetch GitHub's descriptions; install Node.js" >&2; exit 1; }

# fetch PACKAGE VERSION FILE-IN-PACKAGE TARGET keeps one file of one version of one package as $dir/TARGET.
fetch() {
  local package=$1 version=$2 file=$3 target=$4 tmp
  if [ -s "$dir/$target" ] && [ "$(cat "$dir/$target.version" 2>/dev/null)" = "$package@$version" ]; then
    return
  fi
  tmp=$(mktemp -d "$dir/.fetch.XXXXXX")
  (
    trap 'rm -rf "$tmp"' EXIT
    cd "$tmp"
    tarball=$(npm pack --silent "$package@$version" | tail -n 1)
    tar -xzf "$tarball" "package/$file"
    mv "package/$file" "$dir/$target"
    printf '%s\n' "$package@$version" >"$dir/$target.version"
  )
  echo "fetched $package@$version: $target"
}

fetch @octokit/openapi "$openapi_version" generated/api.github.com.json api.github.com.json
fetch @octokit/graphql-schema "$schema_version" schema.graphql schema.graphql
fetch @octokit/webhooks-examples "$examples_version" api.github.com/index.json webhook-examples.json
