import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { everythingApp } from './linear-time/application.ts'
import { inputs } from './linear-time/inputs.ts'
import { slowShapes } from './linear-time/slow-shapes.ts'
import { exchange } from './linear-time/wire.ts'

const root = mkdtempSync(join(tmpdir(), 'arlen-linear-'))
const app = everythingApp(root)
await app.start()
afterAll(async () => {
  await app.close({ graceMs: 0 })
  rmSync(root, { recursive: true })
})

describe('data from strangers is read in linear time', () => {
  test.each(inputs)('$name (timed)', { retry: 2 }, async ({ limit, fits, request }) => {
    const prepare = (text: string) => {
      const bytes = request(text)
      return () => exchange(app, bytes)
    }
    expect(await slowShapes(limit, fits, prepare)).toEqual([])
  })
})
