import { execFileSync } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  archiveRelease,
  contractHosts,
  type DeployEvent,
  type DeployHost,
  type DeployTarget,
  deployRelease,
  initHosts,
  inspectHosts,
  logsOfHosts,
  rollbackHosts,
  runOnHosts,
  statusOfHosts,
} from '../src/index.ts'
import { freePort, SSHD, SshHosts } from './ssh-hosts.ts'
import { type FakeRelease, temporaryFolder, writeRelease } from './support.ts'

const archive = async (release: FakeRelease) =>
  (await archiveRelease(await writeRelease(temporaryFolder(), release))).file
const current = (folder: string) =>
  existsSync(join(folder, 'current')) ? readlinkSync(join(folder, 'current')) : undefined

describe.skipIf(SSHD === undefined)('three hosts with real ssh (needs openssh-server)', { timeout: 180_000 }, () => {
  const hosts = new SshHosts()
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

  test('keep the release that they have when another one with its id comes', async () => {
    const target = await prepared()
    const one = { ...target, hosts: target.hosts.slice(0, 1) }
    await deployRelease({ target: one, archive: await archive({ id: 'r1' }) })
    const other = deployRelease({ target: one, archive: await archive({ id: 'r1', files: { 'src/a.js': '' } }) })
    await expect(other).rejects.toMatchObject({
      code: 'deploy_failed',
      message: expect.stringMatching(/127\.0\.0\.1 has another release r1\. .*remove \S+\/releases\/r1 there/),
    })
    expect(existsSync(join(target.folders[0]!, 'releases/r1/src/a.js'))).toBe(false)
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
    const [first, second] = target.hosts
    const port = String(await freePort('127.0.0.2'))
    const unreachable = { ...second!, ssh: [...second!.ssh!.slice(0, -1), port] }
    const file = await archive({ id: 'r1' })
    const deployTo = (...hosts: DeployHost[]) => deployRelease({ target: { ...target, hosts }, archive: file })
    await expect(deployTo(first!, unreachable)).rejects.toMatchObject({ code: 'deploy_failed' })
    expect(target.folders.map(current)).toEqual([undefined, undefined, undefined])
    expect((await deployTo(first!, second!)).switched).toHaveLength(2)
  })

  test('are listed by a dry run, which changes nothing', async () => {
    const target = await prepared()
    const { commands } = await deployRelease({ target, archive: await archive({ id: 'r1' }), dryRun: true })
    const said = commands.join('\n')
    for (const { address } of target.hosts)
      expect(said).toMatch(new RegExp(`^ssh .*${address} .*release activate r1`, 'm'))
    expect(commands.filter(command => /^ssh .* < \S+r1\.tar\.zst$/.test(command))).toHaveLength(3)
    expect(said).toContain('release verify r1')
    for (const dry of [initHosts, inspectHosts, contractHosts, rollbackHosts, statusOfHosts]) {
      const { commands: dryly } = await dry({ target, dryRun: true })
      // One host changes the schema for all.
      expect(dryly.length).toBeGreaterThanOrEqual(dry === contractHosts ? 1 : 3)
      expect(dryly.every(command => command.startsWith('ssh '))).toBe(true)
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
    expect((await statusOfHosts({ target: pair })).hosts).toMatchObject([
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
    const [first] = good.hosts
    const only = [first!.address]
    await deployRelease({ target: good, only, archive: await archive({ id: 'r1' }) })
    expect((await inspectHosts({ target: good, only })).hosts).toEqual([
      { host: first!.address, current: 'r1', problems: [] },
    ])
  })
})
