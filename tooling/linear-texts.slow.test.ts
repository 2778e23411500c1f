import { describe, expect, test } from 'vitest'
import { slowShapes } from './linear-time/slow-shapes.ts'
import { texts } from './linear-time/texts.ts'

describe('scanners, printers and reports take linear time', () => {
  test.each(texts)('$name (timed)', { retry: 2 }, async ({ limit, read }) => {
    const prepare = (text: string) => () => read(text)
    expect(await slowShapes(limit, () => true, prepare)).toEqual([])
  })
})
