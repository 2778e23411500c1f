import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { archiveRelease, type DeployTarget, initHosts } from '../src/index.ts'
import { type FakeRelease, temporaryFolder, writeRelease } from './support.ts'

/** The ssh server of this machine; undefined where there is none. */
export const SSHD = ['/usr/sbin/sshd', '/usr/local/sbin/sshd'].find(existsSync)

/** Real ssh servers on addresses of this machine, which stand for hosts. */
export class SshHosts {
  readonly #folder = mkdtempSync(join(tmpdir(), 'arlen-sshd-'))
  readonly #servers: ChildProcess[] = []
  readonly #masters: ChildProcess[] = []
  readonly ports: number[] = []
  readonly #path: string | undefined

  /** @param path - the PATH of logins, instead of the server's own */
  constructor(path?: string) {
    this.#path = path
  }

  async start(count = 3): Promise<void> {
    const file = (name: string) => join(this.#folder, name)
    if (userInfo().uid === 0) mkdirSync('/run/sshd', { recursive: true })
    for (const key of ['host', 'user']) {
      execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file(key)])
    }
    execFileSync('cp', [file('user.pub'), file('authorized_keys')])
    for (let number = 1; number <= count; number++) {
      const address = `127.0.0.${number}`
      const port = await freePort(address)
      const settings = [
        `ListenAddress ${address}`,
        `Port ${port}`,
        `HostKey ${file('host')}`,
        `AuthorizedKeysFile ${file('authorized_keys')}`,
        'PidFile none',
        'StrictModes no',
        'UsePAM no',
        'PasswordAuthentication no',
        ...(this.#path === undefined ? [] : [`SetEnv PATH=${this.#path}`]),
      ]
      writeFileSync(file(`config${number}`), `${settings.join('\n')}\n`)
      const server = spawn(SSHD!, ['-D', '-e', '-f', file(`config${number}`)], { stdio: ['ignore', 'ignore', 'pipe'] })
      this.#servers.push(server)
      this.ports.push(port)
      let log = ''
      await new Promise<void>((resolve, reject) => {
        server.once('exit', code => reject(new Error(`sshd ended with ${code}: ${log}`)))
        server.stderr!.setEncoding('utf8').on('data', (text: string) => {
          log += text
          if (log.includes('Server listening')) resolve()
        })
      })
      await this.#share(address, port)
    }
  }

  /** Opens the connection that all commands on a host share: a handshake for each would take most of the time. */
  async #share(address: string, port: number): Promise<void> {
    const master = spawn('ssh', [...this.#options(port), '-M', '-N', `${userInfo().username}@${address}`], {
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    this.#masters.push(master)
    const socket = join(this.#folder, `${address}-${port}`)
    while (!existsSync(socket)) {
      if (master.exitCode !== null) throw new Error(`ssh to ${address} ended with ${master.exitCode}`)
      await new Promise(resolve => setTimeout(resolve, 10))
    }
  }

  #options(port: number): string[] {
    const options = ['-i', join(this.#folder, 'user'), '-o', 'StrictHostKeyChecking=no']
    options.push('-o', 'UserKnownHostsFile=/dev/null', '-o', 'LogLevel=ERROR', '-S', join(this.#folder, '%h-%p'))
    return [...options, '-p', String(port)]
  }

  async stop(): Promise<void> {
    for (const server of [...this.#masters, ...this.#servers]) {
      if (server.exitCode !== null) continue
      server.kill()
      await once(server, 'exit')
    }
    rmSync(this.#folder, { recursive: true })
  }

  /** A target of these hosts, each with a folder of its own. */
  target(changes: Partial<DeployTarget> = {}): DeployTarget & { folders: string[] } {
    const folders = this.ports.map(() => join(temporaryFolder(), 'shop'))
    const hosts = this.ports.map((port, index) => ({
      address: `${userInfo().username}@127.0.0.${index + 1}`,
      ssh: this.#options(port),
      path: folders[index]!,
    }))
    const target = { hosts, path: '/nowhere', node: process.execPath, ...changes }
    Object.defineProperty(target, 'folders', { value: folders, enumerable: false })
    return target as typeof target & { folders: string[] }
  }

  /** A target whose hosts have their folders and their environment. */
  async prepare(changes: Partial<DeployTarget> = {}): Promise<DeployTarget & { folders: string[] }> {
    const target = this.target(changes)
    const problems = (await initHosts({ target })).hosts.flatMap(host => host.problems)
    if (problems.length > 0) throw new Error(problems.join('\n'))
    for (const folder of target.folders) writeFileSync(join(folder, 'shared/env'), 'SHOP_PORT=8080\n')
    return target
  }
}

/** The release that a host has in its folder. */
export function currentOf(folder: string): string | undefined {
  return existsSync(join(folder, 'current')) ? readlinkSync(join(folder, 'current')) : undefined
}

/** The archive of a release. @returns its path */
export async function archiveOf(release: FakeRelease): Promise<string> {
  return (await archiveRelease(await writeRelease(temporaryFolder(), release))).file
}

export function freePort(address: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, address, () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })
}
