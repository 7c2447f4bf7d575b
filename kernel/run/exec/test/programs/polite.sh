# Says when it is told to end, and does so.
trap 'echo cleaned up; exit 3' TERM
echo ready
while :; do sleep 0.05; done
