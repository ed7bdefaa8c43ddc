#!/bin/sh
# stop.sh DIR...: ends the servers that were started in these folders (and
# only these: the process groups named in DIR/pid), and waits for their end.
set -u

alive() { # PID: it runs, and is no zombie that its parent has not collected
	state=$(sed -n 's/^State:[[:space:]]*\(.\).*/\1/p' \
	    "/proc/$1/status" 2>/dev/null)
	case $state in '' | Z | X) return 1 ;; esac
}

for dir; do
	pid=$(cat "$dir/pid" 2>/dev/null) || continue
	kill -TERM "$pid" 2>/dev/null
	tries=10 # a polite end takes Dovecot seconds; its mail needs none
	while alive "$pid" && [ $tries -gt 0 ]; do
		sleep 0.01
		tries=$((tries - 1))
	done
	kill -KILL "-$pid" 2>/dev/null
	while alive "$pid"; do
		sleep 0.01
	done
	rm -f "$dir/pid"
done
