import { expect, test } from 'vitest'
import { eventually, GET, serving } from './serving.ts'

const { start, open } = serving()

test('a head and a body that leave together arrive as they were, also where the client is slow', async () => {
  // Each answer has a body of its own: a buffer that was used again too early would show.
  let count = 0
  const server = await start(() => Buffer.alloc(30_000, String.fromCharCode(97 + (count++ % 26))))
  const client = await open(server)
  client.socket.pause()
  client.send(GET.repeat(400))
  let before = 0
  await eventually(() => {
    const isStalled = count > 20 && count === before
    before = count
    return isStalled
  })
  client.socket.resume()
  const answers = await client.answers(400)
  const wrong = answers.filter(({ body }, i) => body !== String.fromCharCode(97 + (i % 26)).repeat(30_000))
  expect(wrong).toEqual([])
})

test('many clients at once get each their own', async () => {
  const server = await start(c => Buffer.from(c.req.path.repeat(1000)))
  const clients = await Promise.all(Array.from({ length: 20 }, () => open(server)))
  for (const [i, client] of clients.entries()) client.send(GET.replace('/ ', `/${i} `))
  const answers = await Promise.all(clients.map(client => client.answers(1)))
  expect(answers.map(([answer]) => answer!.body)).toEqual(clients.map((_, i) => `/${i}`.repeat(1000)))
})
