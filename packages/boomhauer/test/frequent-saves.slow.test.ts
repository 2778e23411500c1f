import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { answering, serving } from './support.ts'

test('requests are answered while saves come faster than builds end', async () => {
  const slowly = (save: number) =>
    `await new Promise(r => setTimeout(r, 400))\n${answering('saved')}export const save = ${save}\n`
  const app = await serving({ 'app.ts': slowly(0) })
  await app.get()
  let saves = 0
  let running = true
  const saving = (async () => {
    while (running) {
      const building = once(app.server, 'building')
      app.write('app.ts', slowly(++saves))
      // The next save comes in the middle of the build, or when a build that is needed goes on, while it does.
      await Promise.race([building, delay(150)])
    }
  })()
  for (let overtaken = 0; overtaken < 3; ) {
    const before = saves
    expect((await app.get()).body).toBe('saved')
    if (saves > before) overtaken++
  }
  running = false
  await saving
  // The last save is not forgotten over the builds that were finished for requests.
  while (app.server.state !== 'ready') await once(app.server, 'ready')
  await app.save('app.ts', answering('last'))
  expect((await app.get()).body).toBe('last')
})
