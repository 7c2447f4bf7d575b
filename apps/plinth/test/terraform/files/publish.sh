# Publishes a directory as a version: sh publish.sh DIRECTORY VERSION [--pick PART]
DIRECTORY=$1 VERSION=$2
shift 2
tar -C "$DIRECTORY" -czf module.tar.gz . && node api.mjs PUT "/terraform/modules/prod/network/azurerm/$VERSION" --file module.tar.gz "$@"
