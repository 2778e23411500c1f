import { describe, expect, test } from 'vitest'
import { readCorpus } from './corpus.ts'
import { transcript } from './memory-connection.ts'

const cases = readCorpus()

test('the corpus has at least two hundred cases', () => {
  expect(cases.length).toBeGreaterThanOrEqual(200)
})

describe.each([...new Set(cases.map(({ file }) => file))])('%s', file => {
  test.each(cases.filter(one => one.file === file).map(one => [`${one.name} (line ${one.line})`, one] as const))(
    '%s',
    async (_, { bytes, expected, options }) => {
      expect(await transcript([bytes], options)).toEqual(expected)
      // Long inputs are long because of a limit: a few bytes at a time is as good there.
      const size = Math.ceil(bytes.length / 2000)
      const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
        bytes.subarray(i * size, (i + 1) * size),
      )
      expect(await transcript(pieces, options), 'byte by byte').toEqual(expected)
      const step = Math.ceil(bytes.length / 300)
      for (let at = 1; at < bytes.length; at += step) {
        const split = await transcript([bytes.subarray(0, at), bytes.subarray(at)], options)
        expect(split, `split after ${at} bytes`).toEqual(expected)
      }
    },
  )
})
