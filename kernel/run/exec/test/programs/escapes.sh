# Leaves a child in a session of its own that holds the outputs.
setsid sleep 300 &
echo done
