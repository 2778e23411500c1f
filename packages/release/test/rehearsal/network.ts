import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'

const PATH = `${process.env.PATH}:/usr/sbin:/sbin`
const env = { ...process.env, PATH, NODE_OPTIONS: '' }

/** Why machines cannot be made here, if they cannot. */
export function obstacle(programs: readonly string[]): string | undefined {
  if (process.getuid?.() !== 0) return 'that needs root'
  const missing = programs.filter(program => spawnSync('sh', ['-c', `command -v ${program}`], { env }).status !== 0)
  if (missing.length > 0) return `${missing.join(', ')} are missing (tooling/system-deps --install)`
  return spawnSync('unshare', ['--net', 'ip', 'link'], { env }).status === 0
    ? undefined
    : 'there are no network namespaces'
}

/** Machines as network namespaces, each with a cable to a front, where everybody's way crosses. */
export class Network {
  readonly #prefix: string
  readonly #children = new Set<ChildProcess>()

  constructor(prefix: string) {
    this.#prefix = prefix
  }

  /** The namespace of a machine, or of the front. */
  namespace(name: string): string {
    return `${this.#prefix}-${name}`
  }

  /** Makes the front and so many machines: `1`, `2`, … with the addresses `10.88.1.2`, `10.88.2.2`, … */
  make(count: number): void {
    const front = this.#add('front')
    for (let number = 1; number <= count; number++) {
      const own = this.#add(String(number))
      ip('link', 'add', 'front', 'netns', own, 'type', 'veth', 'peer', 'name', `to-${number}`, 'netns', front)
      ip('-n', own, 'address', 'add', `10.88.${number}.2/24`, 'dev', 'front')
      ip('-n', front, 'address', 'add', `10.88.${number}.1/24`, 'dev', `to-${number}`)
      this.plugIn(number)
      ip('-n', front, 'link', 'set', 'dev', `to-${number}`, 'up')
    }
  }

  plugIn(number: number): void {
    ip('-n', this.namespace(String(number)), 'link', 'set', 'dev', 'front', 'up')
  }

  /** A machine goes dark at once: nothing leaves it any more, and nothing on it runs on. */
  kill(number: number): void {
    const name = this.namespace(String(number))
    ip('-n', name, 'link', 'set', 'dev', 'front', 'down')
    const { stdout } = spawnSync('ip', ['netns', 'pids', name], { env, encoding: 'utf8' })
    for (const pid of stdout.split('\n').filter(Boolean)) {
      try {
        process.kill(Number(pid), 'SIGKILL')
      } catch {
        // gone already
      }
    }
  }

  /** Starts a program on a machine; without a number, in the namespace of this process. */
  spawn(
    number: number | undefined,
    command: readonly string[],
    options: { env?: NodeJS.ProcessEnv } = {},
  ): ChildProcess {
    const inside = number === undefined ? [] : ['ip', 'netns', 'exec', this.namespace(String(number))]
    const [file, ...args] = [...inside, ...command]
    const child = spawn(file!, args, { env: { ...env, ...options.env }, stdio: ['ignore', 'pipe', 'pipe'] })
    child.stdout!.resume()
    child.stderr!.resume()
    this.#children.add(child)
    child.once('exit', () => this.#children.delete(child))
    return child
  }

  /** Ends everything that was started. */
  async end(): Promise<void> {
    for (const child of this.#children) {
      const gone = once(child, 'exit')
      child.kill('SIGKILL')
      await gone
    }
  }

  remove(count: number): void {
    for (const name of ['front', ...Array.from({ length: count }, (_, index) => String(index + 1))]) {
      const { stdout } = spawnSync('ip', ['netns', 'pids', this.namespace(name)], { env, encoding: 'utf8' })
      for (const pid of (stdout ?? '').split('\n').filter(Boolean)) spawnSync('kill', ['-KILL', pid])
      spawnSync('ip', ['netns', 'delete', this.namespace(name)], { env })
    }
  }

  #add(name: string): string {
    const namespace = this.namespace(name)
    ip('netns', 'add', namespace)
    ip('-n', namespace, 'link', 'set', 'dev', 'lo', 'up')
    return namespace
  }
}

function ip(...args: readonly string[]): void {
  execFileSync('ip', args, { env, stdio: 'pipe' })
}

/** Resolves once a program has said this. Rejects with everything it said if it ends before. */
export function said(child: ChildProcess, part: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let text = ''
    const read = (chunk: Buffer) => {
      text += String(chunk)
      if (text.includes(part)) resolve()
    }
    child.stdout!.on('data', read)
    child.stderr!.on('data', read)
    child.once('exit', code => reject(new Error(`ended with ${code} before it said ${part}: ${text.slice(-2000)}`)))
  })
}
