# Ends at once, and leaves a child in its group that has let go of the outputs.
sleep 300 < /dev/null > /dev/null 2>&1 &
echo done
