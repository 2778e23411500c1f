import { expect, test } from 'vitest'
import type { Handler } from '../src/index.ts'
import { post, serving } from './serving.ts'

const { start, open } = serving()

const count: Handler = async c => Object.keys(c.req.method === 'GET' ? c.req.query : await c.req.form()).length
const names = (amount: number, name = (i: number) => `n${i}`) =>
  Array.from({ length: amount }, (_, i) => name(i)).join('&')
const get = (query: string) => `GET /?${query} HTTP/1.1\r\nHost: a\r\n\r\n`
const form = (body: string) =>
  post(body).replace('\r\n\r\n', '\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\n')

test('a query has a bounded number of pairs, else 400', async () => {
  const client = await open(await start(count, { maxRequestLineBytes: 16_384 }))
  const [most] = await client.send(get(names(1000))).answers(1)
  expect([most!.status, most!.body]).toEqual([200, '1000'])
  for (const query of [names(1001), names(1001, () => 'a'), names(1001, () => '=')]) {
    const [refused] = await client.send(get(query)).answers(1)
    expect(refused!.status).toBe(400)
    expect(refused!.head).toMatch(/^Content-Type: application\/problem\+json\r?$/m)
    expect(JSON.parse(refused!.body)).toMatchObject({ status: 400, code: 'query_too_many_pairs' })
  }
})

test('a form has a bounded number of pairs, else 413', async () => {
  const client = await open(await start(count))
  const [most] = await client.send(form(names(1000))).answers(1)
  expect([most!.status, most!.body]).toEqual([200, '1000'])
  for (const body of [names(1001), 'a&'.repeat(500_000), 'a=1&'.repeat(1001)]) {
    const [refused] = await client.send(form(body)).answers(1)
    expect(refused!.status).toBe(413)
    expect(JSON.parse(refused!.body)).toMatchObject({ status: 413, code: 'form_too_many_pairs' })
  }
})

test('the limit is configurable; empty parts between ampersands are not counted', async () => {
  const client = await open(await start(count, { maxPairs: 2 }))
  const answers = await client.send([get('&a&&b&'), get('a&b&c'), form('&a=1&&&b'), form('a&b&c')].join('')).answers(4)
  expect(answers.map(({ status }) => status)).toEqual([200, 400, 200, 413])
})

test('forms and queries decode alike: a stray percent sign stands for itself', async () => {
  const echo: Handler = async c => (c.req.method === 'GET' ? c.req.query : await c.req.form())
  const client = await open(await start(echo))
  for (const text of ['a=100%+off%21&b=%C3%A4', 'a=%ff%41', '%=%%20']) {
    const [query, body] = await client.send(get(text) + form(text)).answers(2)
    expect(query!.body).toBe(body!.body)
    expect(JSON.parse(Buffer.from(query!.body, 'latin1').toString())).toEqual(
      Object.fromEntries(new URLSearchParams(text)),
    )
  }
})
