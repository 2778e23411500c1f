import { fs } from './builtins.ts'

/**
 * As process 1 of a container a program gets the orphans of all others for children, and has to reap them; Node.js
 * reaps only those it started. So where propane finds itself to be process 1, it puts a shell in its place, which runs
 * it again as a child, passes signals on and reaps: what `docker run --init` would do. The memory it takes is a shell's.
 */
const SCRIPT = `
"$@" &
child=$!
for name in TERM INT QUIT HUP USR1 USR2 TTIN TTOU; do trap "kill -$name $child" "$name"; done
wait "$child"
code=$?
# A trapped signal ends the wait early; the child lives on.
while kill -0 "$child" 2>/dev/null; do
  wait "$child"
  code=$?
done
exit "$code"
`

const VARIABLE = 'PROPANE_INIT'

/** Whether the end of this process is the end of its container, so that no other process can take its place. */
export function endsContainer(): boolean {
  return process.pid === 1 || process.env[VARIABLE] !== undefined
}

const SHELL = '/bin/sh'

/** Puts a reaping shell in the place of this process, where that is needed and possible; else returns. */
export function becomeInit(warn: (message: string) => void): void {
  if (process.pid !== 1 || process.platform !== 'linux') return
  const { execve } = process as { execve?: (file: string, args: string[], env: NodeJS.ProcessEnv) => never }
  if (!execve || !fs.existsSync(SHELL)) {
    warn('this is process 1 and there is no /bin/sh: orphaned processes are not reaped; use an init such as tini')
    return
  }
  const command = [process.execPath, ...process.execArgv, ...process.argv.slice(1)]
  execve.call(process, SHELL, ['sh', '-c', SCRIPT, 'propane', ...command], { ...process.env, [VARIABLE]: 'shell' })
}
