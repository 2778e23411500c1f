import { expect, test } from 'vitest'
import { lines } from './plots.ts'

const series = [{ name: 'candidate', className: 'candidate', points: [[0, 1] as const, [200_000, 2] as const] }]

test('the last label of an axis ends at the edge of the picture with its unit, and the others stand below their ticks', () => {
  const picture = lines(series, { xUnit: 'requests', yUnit: 'MiB' })
  const [, width] = /viewBox="0 0 (\d+) /.exec(picture)!
  expect(picture).toMatch(new RegExp(`<text x="${width}" text-anchor="end"[^>]*>200 k requests<`))
  expect(picture.match(/text-anchor="middle"[^>]*>\d+ k</g)?.length).toBeGreaterThan(1)
})
