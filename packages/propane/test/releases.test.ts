import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { Bin } from './bin.ts'
import { get, PATIENT, start, temporaryFolder } from './helpers.ts'
import { Traffic } from './traffic.ts'

const CODE =
  'export default (req, res) => res.end(JSON.stringify([process.env.PROPANE_RELEASE, import.meta.url, process.cwd()]))'

/** A folder of releases with a `current` link, as deployment tools keep it. */
class Releases {
  readonly root: string = temporaryFolder()
  readonly app: string = path.join(this.root, 'current', 'app.mjs')
  #last: string | undefined

  /** Makes a release, switches to it in one step, and deletes the one before. */
  activate(name: string): void {
    const folder = path.join(this.root, 'releases', name)
    mkdirSync(folder, { recursive: true })
    writeFileSync(path.join(folder, 'app.mjs'), CODE)
    symlinkSync(folder, path.join(this.root, 'next'))
    renameSync(path.join(this.root, 'next'), path.join(this.root, 'current'))
    if (this.#last) rmSync(this.#last, { recursive: true })
    this.#last = folder
  }
}

test('five releases through one symbolic link, each deleted after the next has started, lose no request', async () => {
  const releases = new Releases()
  releases.activate('r1')
  const handle = await start({ app: releases.app, workers: 1, ...PATIENT })
  const traffic = new Traffic({ url: handle.url, clients: 8 })
  for (const name of ['r2', 'r3', 'r4', 'r5']) {
    releases.activate(name)
    const { release } = await handle.reload()
    expect(release).toBe(name)
    expect(JSON.parse((await get(handle.url)).body)).toEqual([
      name,
      expect.stringContaining(`/releases/${name}/`),
      expect.anything(),
    ])
  }
  expect((await traffic.stop()).lost).toEqual([])
  expect(handle.status()).toMatchObject({ release: 'r5', workers: [{ release: 'r5' }] })
})

test('a worker that dies after its release was deleted is replaced from the current release', async () => {
  const releases = new Releases()
  releases.activate('r1')
  const handle = await start({ app: releases.app, workers: 1 })
  releases.activate('r2')
  const replaced = handle.once('ready')
  process.kill(handle.status().workers[0]!.pid, 'SIGKILL')
  await replaced
  expect(JSON.parse((await get(handle.url)).body)[0]).toBe('r2')
})

test('started inside of a release that is deleted later, by a relative path, it still reloads', async () => {
  const releases = new Releases()
  releases.activate('r1')
  const cwd = path.join(releases.root, 'current')
  const bin = new Bin(['app.mjs', '--workers', '1', '--port', '0'], { cwd, env: { PWD: cwd } })
  const url = await bin.serving()
  releases.activate('r2')
  bin.child.kill('SIGHUP')
  await bin.line('reloaded in')
  const [release, , workerCwd] = JSON.parse((await get(url)).body) as string[]
  expect([release, workerCwd]).toEqual(['r2', path.join(releases.root, 'releases', 'r2')])
})

test('a reload reads env file and settings again, names what changed without values, and what needs a restart', async () => {
  const folder = temporaryFolder()
  const app = path.join(folder, 'app.mjs')
  const envFile = path.join(folder, 'env')
  writeFileSync(app, 'export default (req, res) => res.end(process.env.GREETING + process.env.SECRET)')
  writeFileSync(envFile, 'GREETING=hello\nSECRET=old-secret\n')
  let maxRequests = 1000
  let port = 0
  const reread = () => ({ maxRequests, port, envFile })
  const handle = await start({ app, workers: 1, port: undefined, reread, logFile: path.join(folder, 'log') })
  expect((await get(handle.url)).body).toBe('helloold-secret')
  writeFileSync(envFile, 'GREETING=hello\nSECRET=new-secret\nNEW=1\n')
  maxRequests = 2000
  port = 4000
  const { changed, needRestart } = await handle.reload()
  expect(changed).toEqual(['port', 'maxRequests', 'NEW', 'SECRET'])
  expect(needRestart).toEqual(['port'])
  expect((await get(handle.url)).body).toBe('hellonew-secret')
  expect(handle.accessories.maxRequests).toBe(2000)
})

test('a broken env file fails the reload and leaves the old workers in service', async () => {
  const folder = temporaryFolder()
  const app = path.join(folder, 'app.mjs')
  const envFile = path.join(folder, 'env')
  writeFileSync(app, CODE)
  writeFileSync(envFile, 'A=1\n')
  const handle = await start({ app, workers: 1, envFile })
  rmSync(envFile)
  await expect(handle.reload()).rejects.toThrow(/env file .* cannot be read/)
  expect((await get(handle.url)).status).toBe(200)
})
