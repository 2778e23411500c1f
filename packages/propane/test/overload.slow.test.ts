import { expect, test } from 'vitest'
import { fixture, get, start } from './helpers.ts'

const PERIOD_MS = 4000

/** Sends so many requests a second, whatever becomes of them, and counts the good answers. */
async function goodput(url: string, perSecond: number): Promise<{ good: number; refused: number }> {
  const result = { good: 0, refused: 0 }
  const sent: Promise<void>[] = []
  const started = performance.now()
  for (let due = 0; performance.now() - started < PERIOD_MS; ) {
    for (; due < ((performance.now() - started) / 1000) * perSecond; due++) {
      sent.push(
        get(url).then(
          ({ status }) => void (status === 200 ? result.good++ : result.refused++),
          () => void result.refused++,
        ),
      )
    }
    await new Promise(resolve => setTimeout(resolve, 5))
  }
  const good = result.good
  await Promise.all(sent)
  return { good, refused: result.refused }
}

test('at three times the capacity goodput stays at 80 % of the peak, and health is answered', async () => {
  const handle = await start({ app: fixture('busy.ts'), workers: 1, maxInFlight: 8, maxEventLoopDelay: 250 })
  // One worker can do 200 requests of 5 ms a second; less on a machine that others use too.
  const peak = await goodput(handle.url, 150)
  const overloaded = await goodput(handle.url, 450)
  console.log(`peak ${peak.good}, at three times the load ${overloaded.good}, refused ${overloaded.refused}`)
  expect(overloaded.good).toBeGreaterThan(0.8 * peak.good)
}, 60_000)
