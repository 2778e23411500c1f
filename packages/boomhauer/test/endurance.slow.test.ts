import { readdirSync, readFileSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { seeded } from '@arlen/core/seeded'
import { expect, test } from 'vitest'
import { outcomeOf, serving } from './support.ts'

/** Process ids of everything that has this folder in its command line. */
function processesOf(folder: string): number[] {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .map(Number)
    .filter(pid => {
      try {
        return pid !== process.pid && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(folder)
      } catch {
        return false // it ended meanwhile
      }
    })
}

const SOURCES: Record<string, string> = {
  'app.ts': `import { servable } from './servable.js'
import { config } from './config/app.ts'
import { products, type Product } from './src/products.ts'

const describe = (product: Product): string => \`\${product.name}: \${(product.cents / 100).toFixed(2)} \${config.currency}\`

export default servable((req, res) => {
  const found = products.filter(product => req.url === '/' || req.url?.includes(product.name))
  res.end(found.map(describe).join('\\n'))
})
`,
  'config/app.ts': `export interface Config { currency: string; nested: { deep: boolean } }
export const config: Config = { currency: 'EUR', nested: { deep: true } }
`,
  'src/products.ts': `export interface Product { name: string; cents: number }
export const products: readonly Product[] = [
  { name: 'bottle', cents: 2_400 },
  { name: 'regulator', cents: 3_950 }, // with a hose
]
`,
  'templates/home.html.ets': `<%! props: { title: string } %>
<h1><%= $title %></h1>
<% for (const item of ['a', 'b']) { %><li><%= item %></li><% } %>
`,
  'package.json': '{ "type": "module", "name": "endured" }',
}

test('survives a hundred files cut off anywhere, and serves again when they are whole', async () => {
  const app = await serving(SOURCES)
  await app.get()
  const next = seeded(20_26)
  const names = Object.keys(SOURCES)
  let failures = 0
  for (let round = 0; round < 100; round++) {
    const name = names[Math.floor(next() * names.length)]!
    const text = SOURCES[name]!.slice(0, Math.floor(next() * SOURCES[name]!.length))
    const outcome = outcomeOf(app.server)
    const before = app.read(name)
    app.write(name, `${text}${' '.repeat(round % 3)}`)
    // The same bytes again are no change.
    if (app.read(name) !== before) await outcome
    const answer = await app.get()
    expect([200, 500]).toContain(answer.status)
    if (answer.status === 500) failures++
    if (round % 10 === 9) {
      for (const whole of names) app.write(whole, `${SOURCES[whole]!}\n`.trimStart())
      while ((await app.get()).status !== 200);
    }
  }
  expect(failures).toBeGreaterThan(50)
})

test('a hundred saves in half a minute under traffic: no request refused, reset or failed, none waits for more than a build and two seconds, no process left', async () => {
  const app = await serving(SOURCES)
  await app.get()
  const tally: Record<string, number> = {}
  let running = true
  let longestMs = 0
  let slowestBuildMs = 0
  app.server.on('ready', ({ ms }) => {
    slowestBuildMs = Math.max(slowestBuildMs, ms)
  })
  // Half the clients keep their connections, as browsers do.
  const clients = [true, true, false, false].map(async keepAlive => {
    const agent = new Agent({ keepAlive, maxSockets: 1 })
    while (running) {
      const { promise, resolve } = Promise.withResolvers<string>()
      const askedAt = performance.now()
      request({ host: '127.0.0.1', port: app.server.port, agent }, res => {
        let body = ''
        res.on('data', chunk => {
          body += chunk
        })
        res.once('end', () => resolve(res.statusCode === 200 ? '200' : `${res.statusCode} ${body}`))
      })
        .once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
        .end()
      const result = await promise
      longestMs = Math.max(longestMs, performance.now() - askedAt)
      tally[result] = (tally[result] ?? 0) + 1
      await new Promise(done => setTimeout(done, 20))
    }
    agent.destroy()
  })
  for (let save = 0; save < 100; save++) {
    app.write('src/products.ts', `${SOURCES['src/products.ts']}// ${save}\n`)
    await new Promise(done => setTimeout(done, 300))
  }
  await app.server.rebuild()
  running = false
  await Promise.all(clients)
  expect(Object.keys(tally)).toEqual(['200'])
  expect(tally['200']).toBeGreaterThan(50)
  // One build and two seconds. The request itself takes a fraction of a build, on a busy machine as on a quiet one.
  expect(longestMs).toBeLessThan(2 * slowestBuildMs + 2_000)
  while (processesOf(app.root).length > 2) await new Promise(done => setTimeout(done, 50))
  // The one that serves and the one that waits.
  expect(processesOf(app.root).length).toBeLessThanOrEqual(2)
  await app.server.close()
  expect(processesOf(app.root)).toEqual([])
})
