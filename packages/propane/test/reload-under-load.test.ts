import { expect, test } from 'vitest'
import { fixture, PATIENT, start } from './helpers.ts'
import { Traffic } from './traffic.ts'

test('reloads under mixed clients lose no request, and afterwards only the new generation answers', async () => {
  const handle = await start({ app: fixture('mixed.ts'), workers: 2, ...PATIENT })
  const traffic = new Traffic({ url: handle.url, clients: 32, handlerMs: [5, 5, 5, 300] })
  for (let count = 0; count < 2; count++) {
    await traffic.answered(50)
    await handle.reload()
  }
  const { lost, statuses } = await traffic.stop()
  expect(lost).toEqual([])
  expect(Object.keys(statuses)).toEqual(['200'])
  const note = (body: string) => String((JSON.parse(body) as { generation: number }).generation)
  const after = new Traffic({ url: handle.url, clients: 16, handlerMs: [0], note })
  await after.answered(300)
  expect([...(await after.stop()).bodies.keys()]).toEqual(['3'])
})
