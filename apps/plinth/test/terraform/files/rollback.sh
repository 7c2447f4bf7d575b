# Rolls a state back: sh rollback.sh NAME TO-SERIAL IF-SERIAL
kubectl create -f - <<END
apiVersion: plinth.dev/v1alpha1
kind: TerraformRollback
metadata:
  name: $1
  namespace: prod
spec:
  state: web
  toSerial: $2
  ifSerial: $3
END
