import { startEmbedded as startServer } from '@arlen/pg/embedded'
import { afterAll, beforeEach, expect, test, vi } from 'vitest'
import { startEmbedded } from './database.ts'

// A real one: embedded-database.slow.test.ts.
// Unit tests share processes: modules that other files have loaded, or will, do without the mock.
vi.hoisted(() => vi.resetModules())
afterAll(() => void vi.resetModules())
vi.mock('@arlen/pg/embedded', () => ({ startEmbedded: vi.fn(async () => ({ dsn: 'postgres://x', stop() {} })) }))
const started = vi.mocked(startServer)
beforeEach(() => void started.mockClear())

test('the embedded server of development outlives a restart, and those of other environments have data of their own', async () => {
  for (const environment of ['development', 'test', 'staging']) {
    expect(await startEmbedded({ root: '/app', environment })).toMatchObject({ dsn: 'postgres://x' })
  }
  expect(started.mock.calls.map(([options]) => options)).toEqual([
    { dir: '/app/.arlen/postgres', database: 'app', lingerMs: 10_000 },
    { dir: '/app/.arlen/postgres-test', database: 'app', lingerMs: 0 },
    { dir: '/app/.arlen/postgres-staging', database: 'app', lingerMs: 0 },
  ])
})

test('a misspelled option is refused', async () => {
  const misspelled = { root: '/app', enviroment: 'test' } as never
  await expect(startEmbedded(misspelled)).rejects.toMatchObject({ code: 'option_unknown' })
  expect(started).not.toHaveBeenCalled()
})
