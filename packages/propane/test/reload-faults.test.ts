import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { get, PATIENT, start, temporaryFolder } from './helpers.ts'
import { Traffic } from './traffic.ts'

const GOOD = 'export default (req, res) => res.end(process.env.PROPANE_GENERATION)'

/** How long the new code takes to start in the test of gaps. */
const BOOT_MS = 5000

/** An application whose code the test can change. */
function changeable(code: string = GOOD): { app: string; become(code: string): void } {
  const app = path.join(temporaryFolder(), 'app.mjs')
  writeFileSync(app, code)
  return { app, become: next => writeFileSync(app, next) }
}

test('broken new code of any kind leaves the old workers in service, and says what is wrong', async () => {
  const { app, become } = changeable()
  const handle = await start({ app, workers: 2, bootTimeoutMs: 8000 })
  const before = handle.status().workers.map(worker => worker.pid)
  const faults: [code: string, reason: RegExp][] = [
    ['export default function () { const = 1 }', /SyntaxError: .* \(.*app\.mjs:1:36\)/],
    ['throw new TypeError("boom")', /TypeError: boom \(.*app\.mjs:1:7\)/],
    [
      'await new Promise(r => setTimeout(r, 20)); throw new Error("connect ECONNREFUSED 127.0.0.1:5432")',
      /ECONNREFUSED/,
    ],
    ['process.exit(7)', /it died before it was ready \(exit code 7\)/],
    ['for (;;);', /it was not ready within 8s/],
  ]
  const traffic = new Traffic({ url: handle.url, clients: 4 })
  for (const [code, reason] of faults) {
    become(code)
    await expect(handle.reload()).rejects.toMatchObject({
      code: 'reload_failed',
      message: expect.stringMatching(reason),
    })
    expect(handle.status().reload).toMatchObject({ state: 'failed', reason: expect.stringMatching(reason) })
  }
  expect((await traffic.stop()).lost).toEqual([])
  expect(handle.status().workers.map(worker => worker.pid)).toEqual(before)
  become(GOOD)
  const { generation } = await handle.reload()
  expect((await get(handle.url)).body).toBe(String(generation))
})

test('an old worker drains only once its replacement serves, however long that takes', async () => {
  const { app, become } = changeable()
  const handle = await start({ app, workers: 2, ...PATIENT })
  become(`await new Promise(r => setTimeout(r, ${BOOT_MS})); ${GOOD}`)
  const story: string[] = []
  handle.on('ready', event => story.push(`ready ${event.slot} ${event.generation}`))
  handle.on('drain', event => story.push(`drain ${event.slot} ${event.generation}`))
  const traffic = new Traffic({ url: handle.url, clients: 8 })
  await handle.reload()
  const { lost, longestGapMs } = await traffic.stop()
  expect(lost).toEqual([])
  expect(longestGapMs).toBeLessThan(BOOT_MS) // it would be at least that if nobody had answered meanwhile
  expect(story.map(line => line.slice(0, 7))).toEqual(
    ['ready 1', 'drain 1', 'ready 2', 'drain 2'].map(s => s.slice(0, 7)),
  )
})
