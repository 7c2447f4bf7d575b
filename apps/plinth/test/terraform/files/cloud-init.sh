# Makes a working directory for `cloud {}`: sh cloud-init.sh DIRECTORY [DIRECTORY OF THE CONFIGURATION]
set -e
mkdir -p "$1"
cp app/*.tf "$1"
cp "${2:-cloud}/main.tf" "$1/cloud.tf"
sed -i '/backend "http"/d' "$1/main.tf"
cd "$1"
terraform init | tail -n 1
