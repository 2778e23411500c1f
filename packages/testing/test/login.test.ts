import { wrap } from '@arlen/core'
import { Context, createServer } from '@arlen/http'
import { createAuthentication, csrf, session, withSession } from '@arlen/session'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestApp, testApp } from '../src/index.ts'

interface Person {
  id: number
  name: string
}

const people: Person[] = [
  { id: 1, name: 'Hank' },
  { id: 2, name: 'Peggy' },
]
const auth = createAuthentication<Person>({
  findUser: id => people.find(person => person.id === Number(id)),
  idOf: person => person.id,
})
let t: TestApp

beforeAll(async () => {
  const handler = wrap(
    c => {
      if (c.req.path === '/public') return { who: null }
      const user = auth.user(c) as Person | undefined
      if (c.req.method === 'POST') return { changed: user?.name }
      return c.html(`<h1>${user?.name ?? 'nobody'}</h1><form method="post">${c.csrfField()}<button>Go</button></form>`)
    },
    [session({ secrets: ['a secret of the test that is long enough'] }), csrf()],
  )
  t = await testApp(createServer(handler, { context: withSession(Context) }))
})
afterAll(() => t.close())

test('logs in without the form, by user or by id, and stays logged in', async () => {
  const hank = t.as(people[0]!)
  await hank.get('/public').json('/who', null)
  const page = await hank.get('/').text('h1', 'Hank')
  await page.click('Go').status(200).json('/changed', 'Hank')
  await hank.get('/').text('h1', 'Hank')
  await t.as(2).get('/').text('h1', 'Peggy')
  await t.get('/').text('h1', 'nobody')
})

test('an unknown id is reported', async () => {
  const answer = await t.as(3).get('/').status(500)
  expect(answer.error).toMatchObject({
    message: 'A test logs in as the user 3, but findUser() does not find that user.',
  })
})

test('someone else must be in this process', async () => {
  const remote = await testApp('http://127.0.0.1:1')
  expect(() => remote.as(1)).toThrow('as() needs the application in this process.')
  await remote.close()
})
