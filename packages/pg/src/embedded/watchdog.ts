/**
 * The server's parent: a shell that starts PostgreSQL and stops it when its last user is gone.
 *
 * Each user of the server holds the write end of a named pipe. The kernel closes it when the process ends, in any way, and
 * the shell reads end-of-file once the last one has ended: no heartbeat, no process id that could be reused, and nothing
 * that SIGKILL could skip. It costs half a megabyte; a Node.js process would cost forty.
 *
 * Each user writes one line on arrival. That is how the shell learns, after it has decided to stop and has removed the
 * pipe's name, that a user arrived at the last moment.
 */
export const WATCHDOG = `
leases=$1 linger=$2 # in tenths of a second, as everything below
shift 2
pause() {
  left=$1
  while [ "$left" -gt 0 ] && kill -0 "$server"; do
    sleep 0.1
    left=$((left - 1))
  done
}
rm -f "$leases" "$leases.closing"
mkfifo -m 600 "$leases" || exit 70
"$@" &
server=$!
(
  exec 3<>"$leases" # opening only to read would wait for a writer, and the process that started us may be dead already
  exec 4<"$leases" 3>&-
  left=100
  while [ "$left" -gt 0 ] && ! read -r _ <&4; do
    sleep 0.1
    left=$((left - 1))
  done
  while :; do
    while read -r _ <&4; do :; done
    pause "$linger"
    read -r _ <&4 && continue
    mv "$leases" "$leases.closing"
    read -r _ <&4 || break
    mv "$leases.closing" "$leases"
  done
  kill -INT "$server"
  pause 300
  kill -QUIT "$server"
) 2>/dev/null &
watcher=$!
wait "$server"
status=$?
kill "$watcher" 2>/dev/null
rm -f "$leases" "$leases.closing"
exit "$status"
`
