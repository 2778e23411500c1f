import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Image } from './image.ts'

/** How an orchestrator runs an image. */
export interface ContainerOptions {
  /** Instead of the image's CMD: what follows the image in `docker run`, or `args:` of a pod. */
  args?: readonly string[]
  /** Instead of its ENTRYPOINT: `command:` of a pod. */
  command?: readonly string[]
  env?: Readonly<Record<string, string>>
  /** Instead of the user of the image. */
  user?: number
  /** Paths that may be written; nothing else may. */
  tmpfs?: readonly string[]
  memoryBytes?: number
  /** The network namespace of a machine. Default: one of its own, with a loopback address alone. */
  namespace?: string
}

/**
 * What runs before the program, as root of a mount and process namespace of its own. Arguments: the root folder of the image, its
 * user, working directory, the folders that may be written, `--`, and the program.
 */
const SETUP = `
set -e
root=$1 user=$2 folder=$3
shift 3
ip link set lo up
mount --bind "$root" "$root"
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
mount --rbind /sys "$root/sys"
while [ "$1" != -- ]; do
  mount -t tmpfs -o mode=1777 tmpfs "$root$1"
  shift
done
shift
mount -o remount,bind,ro "$root"
exec chroot "$root" setpriv --reuid "$user" --regid "$user" --clear-groups --no-new-privs --inh-caps=-all --bounding-set=-all \\
  env -C "$folder" "$@"
`

/** How long a container may take to end once it was told to: what Kubernetes waits before it kills. */
const GRACE_MS = 30_000

let count = 0

/**
 * A running image: process 1 of namespaces of its own, with a read-only root, the user and the limits it is given, and no
 * privilege. What runs it is `unshare`, so that no container engine is needed.
 */
export class Container {
  readonly #child: ChildProcess
  readonly #image: Image
  readonly #options: ContainerOptions
  readonly #group: MemoryGroup | undefined
  /** What it has written on both streams. */
  output = ''
  readonly exit: Promise<number | NodeJS.Signals>
  #ended = false
  #waiting: (() => void)[] = []

  constructor(image: Image, options: ContainerOptions) {
    this.#image = image
    this.#options = options
    const { config, root } = image
    const { namespace, tmpfs = [], memoryBytes } = options
    this.#group = memoryBytes === undefined ? undefined : MemoryGroup.create(memoryBytes)
    const program = [
      ...(options.command ?? config.Entrypoint ?? []),
      ...(options.args ?? (options.command ? [] : (config.Cmd ?? []))),
    ]
    const own = ['--pid', '--fork', '--kill-child', '--mount', '--uts', '--ipc']
    const network = namespace === undefined ? ['unshare', '--net'] : ['ip', 'netns', 'exec', namespace, 'unshare']
    const setup = ['sh', '-c', SETUP, 'setup', root, String(this.#user), config.WorkingDir, ...tmpfs, '--', ...program]
    const enter = this.#group ? ['sh', '-c', 'echo $$ > "$0" && exec "$@"', this.#group.processes] : []
    const command = [...enter, ...network, ...own, ...setup]
    this.#child = spawn(command[0]!, command.slice(1), { env: this.#environment, stdio: ['ignore', 'pipe', 'pipe'] })
    for (const stream of [this.#child.stdout!, this.#child.stderr!]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.output += text
        this.#wake()
      })
    }
    this.exit = new Promise(resolve => this.#child.once('close', (code, signal) => resolve(signal ?? code ?? -1)))
    void this.exit.then(() => {
      this.#ended = true
      this.#wake()
    })
  }

  /** Resolves with a match of what it writes; rejects when it ends before. */
  async said(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(this.output)
      if (match) return match
      if (this.#ended) throw new Error(`it ended without saying ${pattern.source}:\n${this.output}`)
      await new Promise<void>(resolve => this.#waiting.push(resolve))
    }
  }

  /** Its process 1, as this machine numbers it. */
  get init(): number {
    const children = readFileSync(`/proc/${this.#child.pid}/task/${this.#child.pid}/children`, 'utf8')
    return Number(children.trim().split(' ')[0])
  }

  signal(name: NodeJS.Signals): void {
    process.kill(this.init, name)
  }

  /** As `docker stop` and the end of a pod: SIGTERM, and SIGKILL when the time is over. Resolves with how it ended. */
  async stop(graceMs: number = GRACE_MS): Promise<number | NodeJS.Signals> {
    this.signal('SIGTERM')
    const timer = setTimeout(() => this.signal('SIGKILL'), graceMs)
    try {
      return await this.exit
    } finally {
      clearTimeout(timer)
    }
  }

  /** Starts a program of this machine in its network. */
  beside(command: readonly string[]): ChildProcess {
    return spawn('nsenter', ['--target', String(this.init), '--net', ...command], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
  }

  /** Runs a program in it, as `docker exec`, a health check or an exec probe does. Resolves with its exit code and output. */
  async exec(command: readonly string[]): Promise<{ code: number; output: string }> {
    const spaces = ['--target', String(this.init), '--pid', '--mount', '--net']
    const { WorkingDir } = this.#image.config
    const as = ['setpriv', '--reuid', String(this.#user), '--regid', String(this.#user), '--clear-groups']
    const inside = ['chroot', this.#image.root, ...as, 'env', '-C', WorkingDir, ...command]
    const child = spawn('nsenter', [...spaces, ...inside], {
      env: this.#environment,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', text => (output += text))
    const code = await new Promise<number>(resolve => child.once('close', status => resolve(status ?? -1)))
    return { code, output }
  }

  /** Ends it at once, if it runs. */
  async remove(): Promise<void> {
    // Process 1 first: with another user it got the kernel to forget that it should end with its parent.
    if (!this.#ended && this.init > 0) this.signal('SIGKILL')
    if (!this.#ended) this.#child.kill('SIGKILL')
    await this.exit
    await this.#group?.remove()
  }

  #wake(): void {
    for (const wake of this.#waiting.splice(0)) wake()
  }

  get #user(): number {
    return this.#options.user ?? (this.#image.config.User === 'node' ? 1000 : 0)
  }

  get #environment(): Record<string, string> {
    const entries = (this.#image.config.Env ?? []).map(line => [
      line.split('=', 1)[0]!,
      line.slice(line.indexOf('=') + 1),
    ])
    const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
    return { ...Object.fromEntries(entries), PATH, HOME: '/home/node', ...this.#options.env }
  }
}

/** A control group of this machine with a limit of memory, of either version. */
class MemoryGroup {
  /** The file that takes the process ids. */
  readonly processes: string
  readonly #folder: string

  private constructor(folder: string) {
    this.#folder = folder
    this.processes = join(folder, 'cgroup.procs')
  }

  static create(bytes: number): MemoryGroup {
    const own = readFileSync('/proc/self/cgroup', 'utf8')
    const name = `arlen-test-${process.pid}-${++count}`
    const v1 = /^\d+:memory:(.*)$/m.exec(own)?.[1]
    const folder = v1 === undefined ? `/sys/fs/cgroup/${name}` : join('/sys/fs/cgroup/memory', v1, name)
    mkdirSync(folder)
    const limit = v1 === undefined ? 'memory.max' : 'memory.limit_in_bytes'
    if (!existsSync(join(folder, limit))) throw new Error(`${folder} has no ${limit}`)
    writeFileSync(join(folder, limit), String(bytes))
    return new MemoryGroup(folder)
  }

  /** Removes it when the last process has left it, which takes the kernel a moment. */
  async remove(): Promise<void> {
    for (;;) {
      try {
        return rmdirSync(this.#folder)
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EBUSY') throw error
        await sleep(20)
      }
    }
  }
}
