import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { everythingApp } from './linear-time/application.ts'
import { growthOf, LARGE, MOST_GROWTH } from './linear-time/growth.ts'
import { inputs } from './linear-time/inputs.ts'
import { shapes } from './linear-time/shapes.ts'
import { exchange } from './linear-time/wire.ts'

const root = mkdtempSync(join(tmpdir(), 'arlen-linear-'))
const app = everythingApp(root)
await app.start()
afterAll(async () => {
  await app.close({ graceMs: 0 })
  rmSync(root, { recursive: true })
})

describe('what a stranger sends is read in linear time', () => {
  test.each(inputs)('$name', async ({ limit, fits, request }) => {
    const large = shapes(limit)
    const slow: string[] = []
    for (const [shape, text] of shapes(limit / LARGE)) {
      if (!fits(text)) continue
      const [small, big] = [request(text), request(large.get(shape)!)]
      const { ratio, largeMs } = await growthOf(
        () => exchange(app, small),
        () => exchange(app, big),
      )
      if (ratio > MOST_GROWTH)
        slow.push(`${shape}: ${largeMs.toFixed(1)} ms, ${ratio.toFixed(0)} times that of an eighth`)
    }
    expect(slow).toEqual([])
  })
})
