# Makes the working directory of a workspace: sh init.sh DIRECTORY WORKSPACE [URL OF STATES]
set -e
mkdir -p "$1"
cp app/*.tf "$1"
cd "$1"
URL="${3:-$STATE}/$2"
terraform init -backend-config="address=$URL" -backend-config="lock_address=$URL" \
  -backend-config="unlock_address=$URL" | tail -n 1
