import { execFileSync } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  contractHosts,
  type DeployEvent,
  deployRelease,
  initHosts,
  inspectHosts,
  logsOfHosts,
  rollbackHosts,
  runOnHosts,
  statusOfHosts,
} from '../src/index.ts'
import { archiveOf, currentOf, SSHD, SshHosts } from './ssh-hosts.ts'

describe.skipIf(SSHD === undefined)('three hosts with real ssh (needs openssh-server)', () => {
  const hosts = new SshHosts()
  beforeAll(() => hosts.start())
  afterAll(() => hosts.stop())

  test('get a release one after the other; a second time nothing is done', async () => {
    const target = await hosts.prepare({
      hooks: { beforeActivate: 'pwd >> shared/before', afterActivate: 'readlink current >> shared/after' },
    })
    const file = await archiveOf({ id: 'r1' })
    const events: DeployEvent[] = []
    const result = await deployRelease({ target, archive: file, onEvent: event => events.push(event) })
    expect(result.switched).toEqual(target.hosts.map(({ address }) => address))
    expect(target.folders.map(currentOf)).toEqual(['releases/r1', 'releases/r1', 'releases/r1'])
    expect(events.filter(({ step }) => step === 'activate').map(({ host }) => host)).toEqual(result.switched)
    for (const folder of target.folders) {
      expect(
        execFileSync('cat', [join(folder, 'shared/before'), join(folder, 'shared/after')], { encoding: 'utf8' }),
      ).toBe(`${folder}\nreleases/r1\n`)
    }
    expect(await deployRelease({ target, archive: file })).toMatchObject({ switched: [], unchanged: result.switched })
  })

  test('keep the release that they have when another one with its id comes', async () => {
    const target = await hosts.prepare()
    const one = { ...target, hosts: target.hosts.slice(0, 1) }
    await deployRelease({ target: one, archive: await archiveOf({ id: 'r1' }) })
    const other = deployRelease({ target: one, archive: await archiveOf({ id: 'r1', files: { 'src/a.js': '' } }) })
    await expect(other).rejects.toMatchObject({
      code: 'deploy_failed',
      message: expect.stringMatching(/127\.0\.0\.1 has another release r1\. .*remove \S+\/releases\/r1 there/),
    })
    expect(existsSync(join(target.folders[0]!, 'releases/r1/src/a.js'))).toBe(false)
  })

  test('are listed by a dry run, which changes nothing', async () => {
    const target = await hosts.prepare()
    const { commands } = await deployRelease({ target, archive: await archiveOf({ id: 'r1' }), dryRun: true })
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
    const target = await hosts.prepare({ order: ['jobs', 'web'], logFile: 'shared/log' })
    const [first, second] = target.hosts
    const pair = { ...target, hosts: [first!, { ...second!, roles: ['jobs'] as const }] }
    for (const id of ['r1', 'r2']) {
      const { switched } = await deployRelease({ target: pair, archive: await archiveOf({ id }) })
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

    await deployRelease({ target: pair, archive: await archiveOf({ id: 'r3' }), only: ['web'] })
    await expect(contractHosts({ target: pair })).rejects.toMatchObject({
      code: 'hosts_differ',
      message: expect.stringContaining(`${first!.address} runs r3`),
    })
    await expect(runOnHosts({ target: pair, only: ['db'], command: 'true' })).rejects.toMatchObject({
      code: 'host_unknown',
    })
  })

  test('say what a deployment would miss', async () => {
    const target = hosts.target({ node: '/nowhere/node' })
    const problems = (await inspectHosts({ target })).hosts.map(report => report.problems.join('\n'))
    for (const problem of problems) {
      expect(problem).toMatch(/\/nowhere\/node is not a Node\.js with zstd/)
      expect(problem).toMatch(/is not a target this user may write\. Run arlen deploy <target> init/)
    }
    const good = await hosts.prepare()
    const [first] = good.hosts
    const only = [first!.address]
    await deployRelease({ target: good, only, archive: await archiveOf({ id: 'r1' }) })
    expect((await inspectHosts({ target: good, only })).hosts).toEqual([
      { host: first!.address, current: 'r1', problems: [] },
    ])
  })
})
