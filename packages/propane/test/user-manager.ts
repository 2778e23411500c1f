import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { onTestFinished } from 'vitest'
import { BIN } from './bin.ts'
import { SOURCE, temporaryFolder, until } from './helpers.ts'

const DOCS = path.join(import.meta.dirname, '..', '..', '..', 'docs', 'deploy')
const SYSTEMD = ['/usr/lib/systemd/systemd', '/lib/systemd/systemd'].find(file => existsSync(file))

/**
 * The manager wants a machine that systemd has booted, and looks for a folder in /run to find out. So it runs in a mount
 * namespace of its own, with a /run that has this folder.
 */
const START = 'mount -t tmpfs tmpfs /run && mkdir -p /run/systemd/system && exec "$0" --user --log-target=null'

/** Whether a `systemd --user` can run here: it takes systemd itself, root, and namespaces. */
export const hasUserManager: boolean =
  SYSTEMD !== undefined &&
  process.getuid?.() === 0 &&
  spawnSync('unshare', ['--mount', 'true']).status === 0 &&
  spawnSync('nsenter', ['--version']).status === 0

/** What became of a command. */
export interface Outcome {
  code: number
  output: string
}

/** A real `systemd --user` with the unit files of the guide. */
export class UserManager {
  readonly folder: string = temporaryFolder()
  /**
   * The name of the units. Managers that the same process tree has started share its control groups: of two units with one name,
   * systemd would end the processes of both.
   */
  readonly unit: string = `shop-${randomBytes(4).toString('hex')}`
  readonly #manager: ChildProcess
  readonly #env: NodeJS.ProcessEnv

  constructor() {
    const [runtime, config] = ['run', 'config'].map(name => path.join(this.folder, name)) as [string, string]
    for (const folder of [runtime, path.join(config, 'systemd', 'user')])
      mkdirSync(folder, { recursive: true, mode: 0o700 })
    this.#env = {
      PATH: process.env.PATH,
      HOME: this.folder,
      XDG_RUNTIME_DIR: runtime,
      XDG_CONFIG_HOME: config,
      // The manager would find itself in a container otherwise, as these tests may well be.
      ARLEN_PROPANE_PRE_STOP_DELAY: '0',
    }
    writeFileSync(this.propane, `#!/bin/sh\nexec ${process.execPath} ${SOURCE.join(' ')} ${BIN} "$@"\n`)
    chmodSync(this.propane, 0o755)
    this.#manager = spawn('unshare', ['--mount', '--propagation', 'private', 'sh', '-c', START, SYSTEMD!], {
      env: this.#env,
      stdio: 'ignore',
    })
    onTestFinished(() => this.#end())
  }

  /** The `propane` command of the units. */
  get propane(): string {
    return path.join(this.folder, 'propane')
  }

  get log(): string {
    return readFileSync(path.join(this.folder, 'log'), 'utf8')
  }

  /** Installs the units of the guide, adapted where it says so. */
  async install(app: string, port: number, backlog?: number): Promise<void> {
    const adapt = (text: string) =>
      text
        .replaceAll('/srv/shop/current/node_modules/.bin/propane', this.propane)
        .replaceAll('/srv/shop/current/app.js', app)
        .replace(/^WorkingDirectory=.*$/m, `WorkingDirectory=${this.folder}`)
        .replace(/^(User|ProtectSystem|ProtectHome|PrivateTmp|EnvironmentFile)=.*\n/gm, '') // of a system, not of a user
        .replace('--port 3000 --workers auto', `--port ${port} --workers 2 --log-format text`)
        .replace(
          '[Install]',
          `StandardOutput=append:${path.join(this.folder, 'log')}\nStandardError=inherit\n\n[Install]`,
        )
        .replace(/^ListenStream=.*$/m, `ListenStream=127.0.0.1:${port}`)
        .replace(/^Backlog=.*$/m, `Backlog=${backlog}`)
    const units = [
      ['propane.service', `${this.unit}.service`],
      ...(backlog === undefined ? [] : [['propane.socket', `${this.unit}.socket`]]),
    ] as [string, string][]
    for (const [from, to] of units) {
      const text = adapt(readFileSync(path.join(DOCS, from), 'utf8'))
      writeFileSync(path.join(this.folder, 'config', 'systemd', 'user', to), text)
    }
    await until(
      () => this.systemctl('daemon-reload'),
      ({ code }) => code === 0,
    )
  }

  /** Runs a command as from a shell of this user. */
  run(command: string, ...args: readonly string[]): Promise<Outcome> {
    const inside = ['--mount', '--target', String(this.#manager.pid), '--', command, ...args]
    const child = spawn('nsenter', inside, { env: this.#env, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', chunk => {
        output += String(chunk)
      })
    }
    return new Promise(resolve => child.once('close', code => resolve({ code: code ?? -1, output })))
  }

  systemctl(...args: readonly string[]): Promise<Outcome> {
    return this.run('systemctl', '--user', ...args)
  }

  /** A property of a unit, such as `ActiveState`. */
  async show(unit: string, property: string): Promise<string> {
    return (await this.systemctl('show', `--property=${property}`, '--value', unit)).output.trim()
  }

  async #end(): Promise<void> {
    const gone = new Promise(resolve => this.#manager.once('exit', resolve))
    for (const kind of ['socket', 'service']) await this.systemctl('stop', `${this.unit}.${kind}`)
    this.#manager.kill('SIGKILL')
    await gone
  }
}
