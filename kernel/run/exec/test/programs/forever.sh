# Lives in a session of its own, prints nothing, and does not notice that nobody listens.
exec setsid sh -c 'trap "" TERM HUP PIPE; while :; do sleep 1; done' "$1"
