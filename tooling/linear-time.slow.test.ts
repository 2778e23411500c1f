import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { everythingApp } from './linear-time/application.ts'
import { growthOf, LARGE, MOST_GROWTH } from './linear-time/growth.ts'
import { inputs } from './linear-time/inputs.ts'
import { shapes } from './linear-time/shapes.ts'
import { texts } from './linear-time/texts.ts'
import { exchange } from './linear-time/wire.ts'

const root = mkdtempSync(join(tmpdir(), 'arlen-linear-'))
const app = everythingApp(root)
await app.start()
afterAll(async () => {
  await app.close({ graceMs: 0 })
  rmSync(root, { recursive: true })
})

/** What takes more than linear time to read, of all shapes that fit. */
async function slowShapes(
  limit: number,
  fits: (text: string) => boolean,
  prepare: (text: string) => () => unknown,
): Promise<string[]> {
  const large = shapes(limit)
  const slow: string[] = []
  for (const [shape, text] of shapes(limit / LARGE)) {
    if (!fits(text)) continue
    const { ratio, largeMs } = await growthOf(prepare(text), prepare(large.get(shape)!))
    if (ratio > MOST_GROWTH)
      slow.push(`${shape}: ${largeMs.toFixed(1)} ms, ${ratio.toFixed(0)} times that of an eighth`)
  }
  return slow
}

describe('data from strangers is read in linear time', () => {
  test.each(inputs)('$name (timed)', { timeout: 300_000, retry: 2 }, async ({ limit, fits, request }) => {
    const prepare = (text: string) => {
      const bytes = request(text)
      return () => exchange(app, bytes)
    }
    expect(await slowShapes(limit, fits, prepare)).toEqual([])
  })
})

describe('scanners, printers and reports take linear time', () => {
  test.each(texts)('$name (timed)', { timeout: 300_000, retry: 2 }, async ({ limit, read }) => {
    const prepare = (text: string) => () => read(text)
    expect(await slowShapes(limit, () => true, prepare)).toEqual([])
  })
})
