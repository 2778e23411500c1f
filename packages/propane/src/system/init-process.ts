import { fs } from './builtins.ts'

/**
 * Process 1 of a container inherits all orphaned processes and must reap them, but Node.js reaps only those it started. If
 * propane is process 1, it therefore replaces itself with a shell that runs it again as a child, forwards signals and
 * reaps, as `docker run --init` does. This costs the memory of a shell.
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

/** Whether the container ends with this process, so that no other process can replace it. */
export function endsContainer(): boolean {
  return process.pid === 1 || process.env[VARIABLE] !== undefined
}

const SHELL = '/bin/sh'

/** Replaces this process with a reaping shell if that is needed and possible; otherwise returns. */
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
