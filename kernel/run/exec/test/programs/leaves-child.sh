# Ends at once, and leaves a child in its group that holds the outputs.
(sleep 300) &
echo done
