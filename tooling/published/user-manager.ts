import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const SYSTEMD = ['/usr/lib/systemd/systemd', '/lib/systemd/systemd'].find(file => existsSync(file))

/** The manager asks a folder in /run whether systemd has booted the machine: it gets a /run of its own that has it. */
const START = 'mount -t tmpfs tmpfs /run && mkdir -p /run/systemd/system && exec "$0" --user --log-target=null'

/** Whether a `systemd --user` can run here. */
export const hasUserManager: boolean =
  SYSTEMD !== undefined &&
  process.getuid?.() === 0 &&
  spawnSync('unshare', ['--mount', 'true']).status === 0 &&
  spawnSync('nsenter', ['--version']).status === 0

/** A real `systemd --user` in a mount namespace of its own. */
export class UserManager implements AsyncDisposable {
  readonly #units: string
  readonly #manager: ChildProcess
  readonly #env: NodeJS.ProcessEnv
  readonly #names: string[] = []

  /** @param folder - an empty one, which it keeps its own things in */
  constructor(folder: string) {
    const [runtime, config] = [join(folder, 'run'), join(folder, 'config')]
    this.#units = join(config, 'systemd/user')
    for (const each of [runtime, this.#units]) mkdirSync(each, { recursive: true, mode: 0o700 })
    this.#env = { PATH: process.env.PATH, HOME: folder, XDG_RUNTIME_DIR: runtime, XDG_CONFIG_HOME: config }
    const options = { env: this.#env, stdio: 'ignore' } as const
    this.#manager = spawn('unshare', ['--mount', '--propagation', 'private', 'sh', '-c', START, SYSTEMD!], options)
  }

  /**
   * Installs a unit. The manager may still be starting. Managers that the same process tree has started share its control groups: the name
   * must be one that no other one has, or systemd would end the processes of both units.
   */
  async add(name: string, text: string): Promise<void> {
    writeFileSync(join(this.#units, name), text)
    this.#names.push(name)
    while ((await this.systemctl('daemon-reload')).code !== 0) await new Promise(resolve => setTimeout(resolve, 50))
  }

  systemctl(...args: readonly string[]): Promise<{ code: number; output: string }> {
    const inside = ['--mount', '--target', String(this.#manager.pid), '--', 'systemctl', '--user', ...args]
    return new Promise(resolve => {
      execFile('nsenter', inside, { env: this.#env }, (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code) || 1, output: stdout + stderr })
      })
    })
  }

  /** A property of a unit, such as `Result`. */
  async show(unit: string, property: string): Promise<string> {
    return (await this.systemctl('show', `--property=${property}`, '--value', unit)).output.trim()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const gone = new Promise(resolve => this.#manager.once('exit', resolve))
    for (const unit of this.#names) await this.systemctl('stop', unit)
    this.#manager.kill('SIGKILL')
    await gone
  }
}
