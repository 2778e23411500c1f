import { growthOf, LARGE, MOST_GROWTH } from './growth.ts'
import { shapes } from './shapes.ts'

/** What takes more than linear time to read, of all shapes that fit. */
export async function slowShapes(
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
