import { childProcess, fs } from './builtins.ts'

export interface PortOwner {
  pid: number
  command: string
}

/** The process that listens on a TCP port, if the system reveals it (on Linux: own processes, or all as root). */
export function portOwner(port: number): PortOwner | undefined {
  try {
    return process.platform === 'linux' ? ownerFromProc(port) : ownerFromLsof(port)
  } catch {
    return undefined // only a hint: the address is in use anyway
  }
}

function ownerFromProc(port: number): PortOwner | undefined {
  const sockets = ['/proc/net/tcp', '/proc/net/tcp6'].flatMap(listeningSockets)
  const inodes = new Set(sockets.filter(socket => socket.port === port).map(({ link }) => link))
  if (inodes.size === 0) return undefined
  for (const pid of fs.readdirSync('/proc').filter(name => /^\d+$/.test(name))) {
    if (descriptors(pid).some(link => inodes.has(link))) return { pid: Number(pid), command: commandOf(pid) }
  }
  return undefined
}

/** The TCP ports that a process listens on; empty if the system does not reveal them. */
export function listeningPorts(pid: number): number[] {
  try {
    return process.platform === 'linux' ? portsFromProc(pid) : portsFromLsof(pid)
  } catch {
    return []
  }
}

function portsFromProc(pid: number): number[] {
  const own = new Set(descriptors(String(pid)))
  const sockets = ['/proc/net/tcp', '/proc/net/tcp6'].flatMap(listeningSockets)
  return [...new Set(sockets.filter(({ link }) => own.has(link)).map(({ port }) => port))]
}

/** Lines of /proc/net/tcp: `sl local_address rem_address st … inode`, addresses and states in hexadecimal. */
function listeningSockets(file: string): { port: number; link: string }[] {
  if (!fs.existsSync(file)) return []
  return fs
    .readFileSync(file, 'utf8')
    .split('\n')
    .map(line => line.trim().split(/\s+/))
    .filter(fields => fields[3] === '0A')
    .map(fields => ({ port: Number.parseInt(fields[1]!.slice(-4), 16), link: `socket:[${fields[9]}]` }))
}

function descriptors(pid: string): string[] {
  try {
    return fs.readdirSync(`/proc/${pid}/fd`).map(fd => {
      try {
        return fs.readlinkSync(`/proc/${pid}/fd/${fd}`)
      } catch {
        return '' // closed in the meantime
      }
    })
  } catch {
    return [] // another user's process, or gone
  }
}

function commandOf(pid: string): string {
  const words = fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').filter(Boolean)
  const command = words.join(' ')
  return command.length > 80 ? `${command.slice(0, 77)}...` : command
}

function ownerFromLsof(port: number): PortOwner | undefined {
  const out = childProcess.execFileSync('lsof', ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-Fpc'], {
    encoding: 'utf8',
    timeout: 3000,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const pid = /^p(\d+)$/m.exec(out)?.[1]
  return pid === undefined ? undefined : { pid: Number(pid), command: /^c(.+)$/m.exec(out)?.[1] ?? '' }
}

function portsFromLsof(pid: number): number[] {
  const args = ['-nP', '-a', '-p', String(pid), '-iTCP', '-sTCP:LISTEN', '-Fn']
  const out = childProcess.execFileSync('lsof', args, {
    encoding: 'utf8',
    timeout: 3000,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  return [...out.matchAll(/^n.*:(\d+)$/gm)].map(([, port]) => Number(port))
}
