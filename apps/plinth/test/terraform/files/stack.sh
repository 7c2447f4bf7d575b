# Declares the stack of a workspace: sh stack.sh APPROVAL [FIELDS OF THE SPEC, AS JSON]
set -e
kubectl apply -f - <<END
apiVersion: plinth.dev/v1alpha1
kind: Stack
metadata: {name: web, namespace: prod}
spec: {source: {upload: {}}, approval: {when: $1}${2:+, $2}}
END
