import { type ChildProcess, type ChildProcessByStdio, spawn, spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, rmdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { Network } from '../images/network.ts'
import { buildah } from '../images/store.ts'

/** Makes a root folder the machine's, with file systems of its own, and starts systemd as its process 1. */
const BOOT = `
set -e
mount --make-rprivate /
mount --bind "$1" "$1"
cd "$1"
mount -t proc proc proc
mount -t sysfs -o ro sysfs sys
mount -t cgroup2 cgroup2 sys/fs/cgroup
mount -t tmpfs -o mode=755 tmpfs dev
for name in null zero full random urandom tty; do touch dev/$name && mount --bind /dev/$name dev/$name; done
mkdir dev/pts dev/shm
mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 devpts dev/pts
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
mount -t tmpfs tmpfs dev/shm
mount -t tmpfs -o mode=755 tmpfs run
mount -t tmpfs -o mode=1777 tmpfs tmp
mkdir -p mnt
pivot_root . mnt
umount -l /mnt
exec env -i container=arlen PATH=/usr/sbin:/usr/bin:/sbin:/bin /lib/systemd/systemd
`

/** What a command said. */
export interface Outcome {
  code: number
  output: string
}

/** A Debian that systemd has booted, in namespaces of this machine. */
export class Machine {
  /** Where it is reached from this machine. */
  readonly address: string
  /** Its root folder, seen from here. */
  readonly root: string
  readonly #network: Network
  readonly #container: string
  readonly #child: ChildProcess
  readonly #group: string

  private constructor(network: Network, container: string, root: string, child: ChildProcess, group: string) {
    this.address = network.machines[0]!.address
    this.root = root
    this.#network = network
    this.#container = container
    this.#child = child
    this.#group = group
  }

  /** Switches a machine on. Resolves when its services run. */
  static async boot(image: string): Promise<Machine> {
    const container = await buildah('from', '--pull-never', image)
    const root = await buildah('mount', container)
    const network = await Network.create(['debian'])
    const group = join(unifiedGroups(), `arlen-machine-${process.pid}`)
    mkdirSync(group)
    const spaces = ['unshare', '--pid', '--fork', '--kill-child', '--mount', '--uts', '--ipc', '--cgroup']
    const inside = ['ip', 'netns', 'exec', network.machines[0]!.namespace, ...spaces, 'sh', '-c', BOOT, 'boot', root]
    const enter = ['sh', '-c', 'echo $$ > "$0/cgroup.procs" && exec "$@"', group, ...inside]
    const child = spawn(enter[0]!, enter.slice(1), { stdio: 'ignore' })
    const machine = new Machine(network, container, root, child, group)
    try {
      await machine.until('systemctl is-system-running | grep -E "running|degraded"')
      return machine
    } catch (error) {
      await machine.remove()
      throw error
    }
  }

  /** Runs shell commands as root, as one who has logged in. */
  run(script: string, env: Readonly<Record<string, string>> = {}): Promise<Outcome> {
    const command = ['nsenter', '--target', String(this.#init), '--all', 'bash', '-euo', 'pipefail', '-c', script]
    const child = spawn(command[0]!, command.slice(1), {
      env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', HOME: '/root', LC_ALL: 'C', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    return outcomeOf(child)
  }

  /** The same, where nothing else than success will do. Resolves with what was said. */
  async must(script: string, env: Readonly<Record<string, string>> = {}): Promise<string> {
    const { code, output } = await this.run(script, env)
    if (code !== 0) throw new Error(`exit code ${code} of\n${script}\n${output}`)
    return output.trim()
  }

  /** Runs a command again and again until it succeeds. */
  async until(script: string, timeoutMs = 60_000): Promise<string> {
    const end = performance.now() + timeoutMs
    for (;;) {
      const { code, output } = await this.run(script)
      if (code === 0) return output.trim()
      if (this.#child.exitCode !== null) throw new Error('the machine has ended')
      if (performance.now() > end) throw new Error(`for ${timeoutMs} ms in vain:\n${script}\n${output}`)
      await sleep(100)
    }
  }

  /** Switches it off at once, and takes it away. */
  async remove(): Promise<void> {
    const ended = new Promise(resolve => this.#child.once('close', resolve))
    const isOver = this.#child.exitCode !== null || this.#child.signalCode !== null
    // Its process 1 takes all others with it.
    if (!isOver) spawnSync('kill', ['-KILL', String(this.#init || this.#child.pid)])
    if (!isOver) await ended
    await this.#network.close()
    await buildah('rm', this.#container)
    await removeGroups(this.#group)
  }

  /** Its process 1, as this machine numbers it; 0 before there is one. */
  get #init(): number {
    const [first] = childrenOf(this.#child.pid!)
    return first ?? 0
  }
}

function childrenOf(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number)
  } catch {
    return []
  }
}

/** Where control groups of version 2 are mounted: alone, or beside those of version 1. */
function unifiedGroups(): string {
  const mounted = /^\S+ (\S+) cgroup2 /m.exec(readFileSync('/proc/mounts', 'utf8'))?.[1]
  if (mounted === undefined) throw new Error('this machine has no control groups of version 2')
  return mounted
}

/** A group can be removed when the last process below it is gone, which takes the kernel a moment. */
async function removeGroups(folder: string): Promise<void> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) await removeGroups(join(folder, entry.name))
  }
  for (;;) {
    try {
      return rmdirSync(folder)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EBUSY') throw error
      await sleep(20)
    }
  }
}

/** Resolves when a command has ended, with what it wrote to either stream. */
export function outcomeOf(child: ChildProcessByStdio<null, Readable, Readable>): Promise<Outcome> {
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
  }
  return new Promise(resolve => child.once('close', code => resolve({ code: code ?? -1, output })))
}
