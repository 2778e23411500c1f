import { describe, expect, test } from 'vitest'
import { fixture, get, launch } from './helpers.ts'

describe('an application that says by a message when it is ready', () => {
  const app = fixture('says-ready.mjs')

  test('serves no earlier', async () => {
    const handle = await launch({ app, workers: 1, waitReady: true, env: { ...process.env, READY_MS: '1000' } })
    const { bootMs } = await handle.once('ready')
    expect(bootMs).toBeGreaterThan(1000)
    expect((await get(handle.url)).body).toBe('says ready')
  })

  test('and never does is named', async () => {
    const handle = await launch({ app, workers: 1, waitReady: true, bootTimeoutMs: 10_000 })
    expect((await handle.done).reason).toBe("it was not ready within 10s: it has not called process.send('ready')")
  })
})
