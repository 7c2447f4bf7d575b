# Publishes the package of a provider for this machine: sh upload-provider.sh FILE VERSION [QUERY] [--pick PART]
FILE=$1 VERSION=$2 QUERY=
case "$3" in '?'*) QUERY=$3; shift ;; esac
shift 2
PLATFORM=$(node -p '`${process.platform}_${process.arch === "x64" ? "amd64" : process.arch}`')
node api.mjs PUT "/terraform/providers/example.com/acme/notes/$VERSION/$PLATFORM$QUERY" --file "$FILE" "$@"
