import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  archiveRelease,
  contractHosts,
  type DeployEvent,
  type DeployTarget,
  deployRelease,
  initHosts,
  inspectHosts,
  logsOfHosts,
  rollbackHosts,
  runOnHosts,
  statusOfHosts,
} from '../src/index.ts'
import { type FakeRelease, temporaryFolder, writeRelease } from './support.ts'

const SSHD = ['/usr/sbin/sshd', '/usr/local/sbin/sshd'].find(existsSync)

/** Real ssh servers on addresses of this machine, which stand for hosts. */
class Hosts {
  readonly #folder = mkdtempSync(join(tmpdir(), 'arlen-sshd-'))
  readonly #servers: ChildProcess[] = []
  readonly #masters: ChildProcess[] = []
  readonly ports: number[] = []

  async start(): Promise<void> {
    const file = (name: string) => join(this.#folder, name)
    if (userInfo().uid === 0) mkdirSync('/run/sshd', { recursive: true })
    for (const key of ['host', 'user']) {
      execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file(key)])
    }
    execFileSync('cp', [file('user.pub'), file('authorized_keys')])
    for (let number = 1; number <= 3; number++) {
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

  /** A target of three hosts, each with a folder of its own. */
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
}

function freePort(address: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, address, () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })
}

const archive = async (release: FakeRelease) =>
  (await archiveRelease(await writeRelease(temporaryFolder(), release))).file
const current = (folder: string) =>
  existsSync(join(folder, 'current')) ? readlinkSync(join(folder, 'current')) : undefined

describe.skipIf(SSHD === undefined)('three hosts with real ssh (needs openssh-server)', { timeout: 180_000 }, () => {
  const hosts = new Hosts()
  beforeAll(() => hosts.start())
  afterAll(() => hosts.stop())

  async function prepared(changes: Partial<DeployTarget> = {}) {
    const target = hosts.target(changes)
    expect((await initHosts({ target })).hosts.flatMap(({ problems }) => problems)).toEqual([])
    for (const folder of target.folders) writeFileSync(join(folder, 'shared/env'), 'SHOP_PORT=8080\n')
    return target
  }

  test('get a release one after the other; a second time nothing is done', async () => {
    const target = await prepared({
      hooks: { beforeActivate: 'pwd >> shared/before', afterActivate: 'readlink current >> shared/after' },
    })
    const file = await archive({ id: 'r1' })
    const events: DeployEvent[] = []
    const result = await deployRelease({ target, archive: file, onEvent: event => events.push(event) })
    expect(result.switched).toEqual(target.hosts.map(({ address }) => address))
    expect(target.folders.map(current)).toEqual(['releases/r1', 'releases/r1', 'releases/r1'])
    expect(events.filter(({ step }) => step === 'activate').map(({ host }) => host)).toEqual(result.switched)
    for (const folder of target.folders) {
      expect(
        execFileSync('cat', [join(folder, 'shared/before'), join(folder, 'shared/after')], { encoding: 'utf8' }),
      ).toBe(`${folder}\nreleases/r1\n`)
    }
    expect(await deployRelease({ target, archive: file })).toMatchObject({ switched: [], unchanged: result.switched })
  })

  test('go back when one of them fails, and those behind it are not touched', async () => {
    const target = await prepared()
    await deployRelease({ target, archive: await archive({ id: 'r1' }) })
    writeFileSync(join(target.folders[1]!, 'shared/env'), '# nothing\n')
    const config = 'exports.default = { apiOnly: true, http: { port: Number(process.env.SHOP_PORT) } }'
    const failing = deployRelease({ target, archive: await archive({ id: 'r2', files: { 'config/app.js': config } }) })
    const [first, second] = target.hosts.map(({ address }) => address)
    const { code, message } = (await failing.catch(error => error)) as { code: string; message: string }
    expect(code).toBe('deploy_failed')
    expect(message).toContain(`${second} failed at activate: `)
    expect(message).toContain('http.port')
    expect(message).toContain(`${first} went back to r1.`)
    expect(target.folders.map(current)).toEqual(['releases/r1', 'releases/r1', 'releases/r1'])
  })

  test('are not switched if one is unreachable, and the deployment continues once it is back', async () => {
    const target = await prepared()
    const [first, second, third] = target.hosts
    const port = String(await freePort('127.0.0.3'))
    const unreachable = { ...third!, ssh: [...third!.ssh!.slice(0, -1), port] }
    const file = await archive({ id: 'r1' })
    await expect(
      deployRelease({ target: { ...target, hosts: [first!, second!, unreachable] }, archive: file }),
    ).rejects.toMatchObject({
      code: 'deploy_failed',
    })
    expect(target.folders.map(current)).toEqual([undefined, undefined, undefined])
    expect((await deployRelease({ target, archive: file })).switched).toHaveLength(3)
  })

  test('are listed by a dry run, which changes nothing', async () => {
    const target = await prepared()
    const { commands } = await deployRelease({ target, archive: await archive({ id: 'r1' }), dryRun: true })
    const said = commands.join('\n')
    for (const { address } of target.hosts)
      expect(said).toMatch(new RegExp(`^ssh .*${address} .*release activate r1`, 'm'))
    expect(commands.filter(command => /^ssh .* < \S+r1\.tar\.zst$/.test(command))).toHaveLength(3)
    expect(said).toContain('release verify r1')
    for (const dry of [initHosts, inspectHosts, contractHosts, rollbackHosts]) {
      expect((await dry({ target, dryRun: true })).commands.every(command => command.startsWith('ssh '))).toBe(true)
    }
    expect(existsSync(join(target.folders[0]!, 'releases/r1'))).toBe(false)
  })

  test('are rolled back, tell their state, and run a command; those that are meant, in their order', async () => {
    const target = await prepared({ order: ['jobs', 'web'], logFile: 'shared/log' })
    const [first, second] = target.hosts
    const pair = { ...target, hosts: [first!, { ...second!, roles: ['jobs'] as const }] }
    for (const id of ['r1', 'r2']) {
      const { switched } = await deployRelease({ target: pair, archive: await archive({ id }) })
      expect(switched).toEqual([second!.address, first!.address])
    }
    expect(await rollbackHosts({ target: pair })).toMatchObject({
      id: 'r1',
      switched: [second!.address, first!.address],
    })
    expect(await statusOfHosts({ target: pair })).toMatchObject([
      {
        host: second!.address,
        current: 'r1',
        previous: 'r2',
        workers: undefined,
        last: expect.stringContaining('rollback r1: ok'),
      },
      { host: first!.address, current: 'r1', problem: undefined },
    ])

    const lines: string[] = []
    const onLine = (host: string, line: string) => lines.push(`${host} ${line}`)
    const { codes } = await runOnHosts({ target: pair, only: ['jobs'], command: 'pwd; echo bad >&2; exit 3', onLine })
    expect(codes).toEqual({ [second!.address]: 3 })
    expect(lines.sort()).toEqual([`${second!.address} ${target.folders[1]}/current`, `${second!.address} bad`])

    lines.length = 0
    for (const folder of target.folders) writeFileSync(join(folder, 'shared/log'), 'one\ntwo\nthree\n')
    expect((await logsOfHosts({ target: pair, only: [first!.address], lines: 2, onLine })).codes).toEqual({
      [first!.address]: 0,
    })
    expect(lines).toEqual([`${first!.address} two`, `${first!.address} three`])

    await deployRelease({ target: pair, archive: await archive({ id: 'r3' }), only: ['web'] })
    await expect(contractHosts({ target: pair })).rejects.toMatchObject({
      code: 'hosts_differ',
      message: expect.stringContaining(`${first!.address} runs r3`),
    })
    await expect(runOnHosts({ target: pair, only: ['db'], command: 'true' })).rejects.toMatchObject({
      code: 'host_unknown',
    })
  })

  test('go back together when a deployment that was cut off fails after it was taken up again', async () => {
    const target = await prepared({ healthUrl: 'http://127.0.0.1:1/readyz', timeoutMs: 5000, reload: 'true' })
    const pair = { ...target, hosts: target.hosts.slice(0, 2) }
    const healthy = pair.hosts.map(host => ({ ...host, roles: ['jobs'] as const }))
    const well = { ...pair, hosts: healthy }
    await deployRelease({ target: well, archive: await archive({ id: 'r1' }) })
    const file = await archive({ id: 'r2' })
    // What a deployment leaves that dies after its first host.
    await deployRelease({ target: well, archive: file, only: [healthy[0]!.address] })
    const record = JSON.stringify({
      id: 'r2',
      from: Object.fromEntries(pair.hosts.map(({ address }) => [address, 'r1'])),
    })
    writeFileSync(join(target.folders[0]!, '.arlen/deployment.json'), record)
    const failing = deployRelease({ target: { ...well, hosts: [healthy[0]!, pair.hosts[1]!] }, archive: file })
    const { message } = (await failing.catch(error => error)) as Error
    expect(message).toContain('failed at health: http://127.0.0.1:1/readyz answered no answer')
    expect(message).toMatch(/2 went back to r1; \S+1 went back to r1\.$/)
    expect(target.folders.slice(0, 2).map(current)).toEqual(['releases/r1', 'releases/r1'])
    expect(existsSync(join(target.folders[0]!, '.arlen/deployment.json'))).toBe(false)
  })

  test('take one deployment at a time, tell hooks of it, and none that a trusted key has not signed', async () => {
    const notes = join(temporaryFolder(), 'notes')
    const note = (name: string) => `echo "${name} $ARLEN_RELEASE $ARLEN_OUTCOME" >> ${notes}`
    const hooks = {
      beforeDeploy: note('before'),
      afterDeploy: note('after'),
      beforeActivate: 'echo > shared/waits; while test -e shared/waits; do sleep 0.1; done',
    }
    const target = await prepared({ hooks })
    const one = { ...target, hosts: target.hosts.slice(0, 1) }
    const waits = join(target.folders[0]!, 'shared/waits')
    const first = deployRelease({ target: one, archive: await archive({ id: 'r1' }) })
    while (!existsSync(waits)) await new Promise(resolve => setTimeout(resolve, 20))
    await expect(
      deployRelease({ target: { ...one, hooks: {} }, archive: await archive({ id: 'r2' }) }),
    ).rejects.toMatchObject({
      code: 'deploy_locked',
      message: expect.stringMatching(/deploys to this target: \S+@\S+, deploying r1, since/),
    })
    rmSync(waits)
    expect((await first).switched).toHaveLength(1)
    expect(readFileSync(notes, 'utf8')).toBe('before r1 \nafter r1 ok\n')

    const [trusted, other] = [generateKeyPairSync('ed25519'), generateKeyPairSync('ed25519')]
    mkdirSync(join(target.folders[0]!, 'shared/keys'))
    writeFileSync(
      join(target.folders[0]!, 'shared/keys/ann.pem'),
      trusted.publicKey.export({ type: 'spki', format: 'pem' }),
    )
    const keyFile = join(temporaryFolder(), 'key.pem')
    const deploy = async (key: typeof trusted | undefined) => {
      if (key) writeFileSync(keyFile, key.privateKey.export({ type: 'pkcs8', format: 'pem' }))
      const dir = await writeRelease(temporaryFolder(), { id: 'r3' })
      const { file } = await archiveRelease(dir, { keyFile: key && keyFile })
      return deployRelease({ target: { ...one, hooks: {} }, archive: file })
    }
    for (const key of [undefined, other]) {
      await expect(deploy(key)).rejects.toMatchObject({ message: expect.stringContaining('is not signed by a key in') })
    }
    expect((await deploy(trusted)).switched).toHaveLength(1)
  })

  test('say what a deployment would miss', async () => {
    const target = hosts.target({ node: '/nowhere/node' })
    const problems = (await inspectHosts({ target })).hosts.map(report => report.problems.join('\n'))
    for (const problem of problems) {
      expect(problem).toMatch(/\/nowhere\/node is not a Node\.js with zstd/)
      expect(problem).toMatch(/is not a target this user may write\. Run arlen deploy <target> init/)
    }
    const good = await prepared()
    await deployRelease({ target: good, archive: await archive({ id: 'r1' }) })
    expect((await inspectHosts({ target: good })).hosts).toEqual(
      good.hosts.map(({ address }) => ({ host: address, current: 'r1', problems: [] })),
    )
  })
})
