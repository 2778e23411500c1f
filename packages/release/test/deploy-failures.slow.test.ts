import { generateKeyPairSync } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { archiveRelease, type DeployHost, deployRelease } from '../src/index.ts'
import { archiveOf, currentOf, freePort, SSHD, SshHosts } from './ssh-hosts.ts'
import { temporaryFolder, writeRelease } from './support.ts'

describe.skipIf(SSHD === undefined)('three hosts, when something is wrong (needs openssh-server)', () => {
  const hosts = new SshHosts()
  beforeAll(() => hosts.start())
  afterAll(() => hosts.stop())

  test('go back when one of them fails, and those behind it are not touched', async () => {
    const target = await hosts.prepare()
    await deployRelease({ target, archive: await archiveOf({ id: 'r1' }) })
    writeFileSync(join(target.folders[1]!, 'shared/env'), '# nothing\n')
    const config = 'exports.default = { apiOnly: true, http: { port: Number(process.env.SHOP_PORT) } }'
    const failing = deployRelease({
      target,
      archive: await archiveOf({ id: 'r2', files: { 'config/app.js': config } }),
    })
    const [first, second] = target.hosts.map(({ address }) => address)
    const { code, message } = (await failing.catch(error => error)) as { code: string; message: string }
    expect(code).toBe('deploy_failed')
    expect(message).toContain(`${second} failed at activate: `)
    expect(message).toContain('http.port')
    expect(message).toContain(`${first} went back to r1.`)
    expect(target.folders.map(currentOf)).toEqual(['releases/r1', 'releases/r1', 'releases/r1'])
  })

  test('are not switched if one is unreachable, and the deployment continues once it is back', async () => {
    const target = await hosts.prepare()
    const [first, second] = target.hosts
    const port = String(await freePort('127.0.0.2'))
    const unreachable = { ...second!, ssh: [...second!.ssh!.slice(0, -1), port] }
    const file = await archiveOf({ id: 'r1' })
    const deployTo = (...hosts: DeployHost[]) => deployRelease({ target: { ...target, hosts }, archive: file })
    await expect(deployTo(first!, unreachable)).rejects.toMatchObject({ code: 'deploy_failed' })
    expect(target.folders.map(currentOf)).toEqual([undefined, undefined, undefined])
    expect((await deployTo(first!, second!)).switched).toHaveLength(2)
  })

  test('go back together when a deployment that was cut off fails after it was taken up again', async () => {
    const target = await hosts.prepare({ healthUrl: 'http://127.0.0.1:1/readyz', timeoutMs: 15_000, reload: 'true' })
    const pair = { ...target, hosts: target.hosts.slice(0, 2) }
    const healthy = pair.hosts.map(host => ({ ...host, roles: ['jobs'] as const }))
    const well = { ...pair, hosts: healthy }
    await deployRelease({ target: well, archive: await archiveOf({ id: 'r1' }) })
    const file = await archiveOf({ id: 'r2' })
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
    expect(target.folders.slice(0, 2).map(currentOf)).toEqual(['releases/r1', 'releases/r1'])
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
    const target = await hosts.prepare({ hooks })
    const one = { ...target, hosts: target.hosts.slice(0, 1) }
    const waits = join(target.folders[0]!, 'shared/waits')
    const first = deployRelease({ target: one, archive: await archiveOf({ id: 'r1' }) })
    let hasFailed = false
    first.catch(() => {
      hasFailed = true
    })
    while (!existsSync(waits) && !hasFailed) await new Promise(resolve => setTimeout(resolve, 20))
    if (hasFailed) await first // says why
    await expect(
      deployRelease({ target: { ...one, hooks: {} }, archive: await archiveOf({ id: 'r2' }) }),
    ).rejects.toMatchObject({
      code: 'deploy_locked',
      message: expect.stringMatching(/to this target is under way: \S+@\S+, deploying r1, since/),
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
      await expect(deploy(key)).rejects.toMatchObject({
        message: expect.stringContaining('is not signed by a key in'),
      })
    }
    expect((await deploy(trusted)).switched).toHaveLength(1)
  })
})
