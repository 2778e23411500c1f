import { createServer } from 'node:http'
import express from 'express'
import fastify from 'fastify'
import { Hono } from 'hono'
import { describe, expect, test } from 'vitest'
import { type Testable, testApp } from '../src/index.ts'

const answer = '{"hello":"world"}'

const expressApp = () => {
  const app = express()
  app.use(express.json())
  app.get('/', (_, response) => void response.type('json').send(answer))
  app.post('/echo', (request, response) => void response.json(request.body))
  return app
}

const fastifyApp = () => {
  const app = fastify()
  app.get('/', () => ({ hello: 'world' }))
  app.post('/echo', request => request.body)
  return app
}

const nodeServer = () =>
  createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    response
      .setHeader('content-type', 'application/json')
      .end(request.method === 'POST' ? Buffer.concat(chunks) : answer)
  })

const hono = () =>
  new Hono().get('/', c => c.json({ hello: 'world' })).post('/echo', async c => c.json(await c.req.json()))

const makers: [string, () => Testable, ('process' | 'socket')[]][] = [
  ['Express', expressApp, ['process', 'socket']],
  ['Fastify', fastifyApp as () => Testable, ['process', 'socket']],
  ['node:http', nodeServer, ['process', 'socket']],
  ['Hono, by its fetch()', hono, ['process']],
]

describe.each(makers)('an application of %s', (_, make, transports) => {
  test.each(transports)('is tested over a %s', async over => {
    await using t = await testApp(make(), { over })
    await t.get('/').status(200).type('json').json('/hello', 'world')
    await t
      .post('/echo')
      .json({ a: [1] })
      .status(200)
      .json('/a/0', 1)
    await expect(t.get('/').status(404)).rejects.toThrow('The status is 200, not 404.')
    await Promise.all(Array.from({ length: 20 }, (_, i) => t.post('/echo').json({ i }).json('/i', i)))
  })
})
