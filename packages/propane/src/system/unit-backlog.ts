import { childProcess } from './builtins.ts'

/** The longest queue that `listen` of Node.js can ask for; the kernel limits it further (somaxconn). */
const LONGEST = 65_535

const NUMBER = /^\d+$/

/**
 * The queue lengths of activated sockets, from their units (`Backlog=`): a process that accepts from a socket sets the
 * length again, and cannot read the current one. 0 if unknown, for example outside of systemd.
 */
export async function unitBacklogs(count: number, env: NodeJS.ProcessEnv = process.env): Promise<number[]> {
  // The name of each descriptor is that of its unit, unless `FileDescriptorName=` gives another one.
  const names = env.LISTEN_FDNAMES?.split(':') ?? []
  const known = new Map<string, Promise<number>>()
  const lengths = Array.from({ length: count }, (_, index) => {
    const name = names[index] ?? ''
    if (!name.endsWith('.socket')) return 0
    const length = known.get(name) ?? ask(name, env)
    known.set(name, length)
    return length
  })
  return Promise.all(lengths)
}

function ask(unit: string, env: NodeJS.ProcessEnv): Promise<number> {
  // Set by the manager of a user for its services.
  const manager = env.MANAGERPID === undefined ? '--system' : '--user'
  const args = [manager, 'show', '--property=Backlog', '--value', '--', unit]
  return new Promise(resolve => {
    childProcess.execFile('systemctl', args, { env, timeout: 3000, encoding: 'utf8' }, (error, text) => {
      const value = text.trim()
      resolve(error || !NUMBER.test(value) ? 0 : Math.min(LONGEST, Number(value)))
    })
  })
}
