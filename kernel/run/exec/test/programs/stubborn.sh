# Ignores SIGTERM, as do its child and grandchild; all of them hold the outputs open.
trap '' TERM
echo "leader $$"
sh -c 'trap "" TERM; echo "child $$"; (trap "" TERM; echo grandchild; while :; do sleep 1; done) & while :; do sleep 1; done' &
while :; do sleep 1; done
