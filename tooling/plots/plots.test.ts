import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { barChart } from './bars.ts'
import { httpGroups, PLOTS } from './plots.ts'

test.each(Object.keys(PLOTS))('docs/images/%s shows what its table says: node tooling/plots/plots.ts', name => {
  const drawn = readFileSync(join(import.meta.dirname, '../../docs/images', name), 'utf8')
  expect(drawn).toBe(PLOTS[name]!())
})

test('bars are as long as their values, from zero', () => {
  const svg = barChart('A & "b"', ' µs', [
    {
      title: 'x',
      bars: [
        { label: 'a<b', value: 10, ours: true },
        { label: 'c', value: 5, ours: false },
      ],
    },
  ])
  const [long, short] = [...svg.matchAll(/width="(\d+)"/g)].map(([, width]) => Number(width))
  expect(long).toBe(2 * short!)
  expect(svg).toContain('aria-label="A &amp; &quot;b&quot;"')
  expect(svg).toContain('>a&lt;b</text>')
})

test('rows of servers are read from the table, the floor left out', () => {
  const page = `before\n| request and response | Arlen | compared with | ratio |\n|---|---|---|---|
| hello | 7.4 µs (2.0 outside the kernel) | \`node:http\` 11.1 (4.9) | 1.5 |\n| | | floor 6.5 (1.1) | 0.88 |
| a POST | 17.3 (9.2) | Fastify 28.5 (18.3), \`node:http\` 26.6 (16.5) | 1.6 |\n\nafter\n`
  expect(httpGroups(page)).toEqual([
    {
      title: 'Hello',
      bars: [
        { label: 'Arlen', value: 7.4, ours: true },
        { label: 'node:http', value: 11.1, ours: false },
      ],
    },
    {
      title: 'A POST',
      bars: [
        { label: 'Arlen', value: 17.3, ours: true },
        { label: 'Fastify', value: 28.5, ours: false },
        { label: 'node:http', value: 26.6, ours: false },
      ],
    },
  ])
})
