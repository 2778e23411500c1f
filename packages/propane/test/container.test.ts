import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { Bin } from './bin.ts'
import { fixture, freePort, get, temporaryFolder, until } from './helpers.ts'
import { Traffic } from './traffic.ts'

/** A process tree of its own, with its own /proc: what a container is to process 1. */
const NAMESPACE = ['unshare', '--pid', '--fork', '--kill-child', '--mount-proc']
const permitted = spawnSync(NAMESPACE[0]!, [...NAMESPACE.slice(1), 'true']).status === 0

test.skipIf(!permitted)(
  'as process 1 it is stopped by TERM under load, answers what is in flight, and reaps orphans (needs unshare and root)',
  async () => {
    const bin = new Bin([fixture('orphans.ts'), '--workers', '1', '--port', '0', '--idle-window', '5s'], {
      wrapper: NAMESPACE,
    })
    const url = await bin.serving()
    await get(`${url}/orphan`)
    // The orphan has ended, and no zombie of it is left.
    await until(
      async () => (await get(`${url}/zombies`)).body,
      zombies => zombies === 'seen 1, zombies 0',
    )
    const init = Number(readFileSync(`/proc/${bin.child.pid}/task/${bin.child.pid}/children`, 'utf8').split(' ')[0])
    process.kill(init, 'SIGUSR2')
    await bin.line('the primary was not replaced: the first process of a container cannot be replaced')
    const traffic = new Traffic({ url, clients: 8, handlerMs: [0] })
    await traffic.answered(50)
    process.kill(init, 'SIGTERM')
    expect(await bin.exit).toBe(0)
    const { lost } = await traffic.stop()
    expect(lost.filter(({ error }) => error !== 'ECONNREFUSED')).toEqual([])
  },
)

test('in one process: serves, answers what is in flight when it is stopped, and exits with 0', async () => {
  const bin = new Bin([fixture('mixed.ts'), '--workers', '0', '--port', '0', '--idle-window', '5s'])
  const url = await bin.serving()
  expect(JSON.parse((await get(url)).body)).toMatchObject({ pid: bin.child.pid })
  const traffic = new Traffic({ url, clients: 8, handlerMs: [0, 300] })
  await traffic.answered(30)
  bin.child.kill('SIGTERM')
  expect(await bin.exit).toBe(0)
  const { lost } = await traffic.stop()
  expect(lost.filter(({ error }) => error !== 'ECONNREFUSED')).toEqual([])
})

test('in one process: an application that cannot start ends it with 1 and its reason', async () => {
  const bin = new Bin([fixture('throws-at-boot.ts'), '--workers', '0', '--port', '0'])
  expect(await bin.exit).toBe(1)
  expect(bin.lines.at(-1)).toMatchObject({ level: 'error', msg: expect.stringMatching(/^no database \(/) })
  expect(path.basename(String(bin.lines.at(-1)!.stack).split('\n')[1] ?? '')).toContain('throws-at-boot.ts')
})

test('propane understands the command of the image and the arguments of the pod in the guide', async () => {
  const guide = readFileSync(path.join(import.meta.dirname, '../../../docs/deploy/containers.md'), 'utf8')
  const [, entry = ''] = /^ENTRYPOINT (\[.*\])$/m.exec(guide) ?? []
  const [, command = ''] = /^CMD (\[.*\])$/m.exec(guide) ?? []
  const [, pod = ''] = /^ +args: \[(.*)\]$/m.exec(guide) ?? []
  const [program, ...own] = JSON.parse(entry) as string[]
  expect([program, JSON.parse(command)]).toEqual(['node_modules/.bin/propane', ['--host', '0.0.0.0', '--port', '3000']])
  const args = pod.split(', ').map(word => word.replaceAll('"', ''))
  const free = async (word: string) => word.replace(/(?<=^|:)\d{4}$/, String(await freePort()))
  const folder = temporaryFolder()
  writeFileSync(path.join(folder, 'app.js'), 'module.exports = (request, response) => response.end("image")')
  const bin = new Bin([...own, ...(await Promise.all(args.map(free)))], { cwd: folder })
  const { port } = new URL(await bin.serving())
  expect((await get(`http://127.0.0.1:${port}`)).body).toBe('image')
  bin.child.kill('SIGTERM')
  expect(await bin.exit).toBe(0)
})
