/** A framework or program as its users run it, for the table of what runs under propane. */
export interface Framework {
  /** Packages to install from npm, the first of which names the version. */
  packages: readonly string[]
  /** Versions of what they depend on, where a registry lacks those they ask for. */
  overrides?: Readonly<Record<string, string>>
  files: Readonly<Record<string, string>>
  /** Arguments of `node` that build it, relative to the folder. */
  build?: readonly (readonly string[])[]
  /** The module that propane runs. */
  app: string
  /** Text in the response to `GET /`. */
  answers: string
  /** What it prints when it stops. */
  stops: string
  env?: Readonly<Record<string, string>>
}

const BYE = `process.on('SIGTERM', () => console.log('stopped'))\n`
const closing = (server: string) => `process.on('SIGTERM', () => ${server}.close(() => console.log('stopped')))\n`
const PORT = 'Number(process.env.PORT)'

export const FRAMEWORKS: Readonly<Record<string, Framework>> = {
  'Express 5': {
    packages: ['express'],
    files: {
      'app.mjs': `import express from 'express'
const server = express().use((request, response) => response.send('hello')).listen(${PORT})
${closing('server')}`,
    },
    app: 'app.mjs',
    answers: 'hello',
    stops: 'stopped',
  },
  'Fastify 5': {
    packages: ['fastify'],
    files: {
      'app.mjs': `import Fastify from 'fastify'
const app = Fastify()
app.all('/', () => 'hello')
app.addHook('onClose', async () => console.log('onClose'))
export default app`,
    },
    app: 'app.mjs',
    answers: 'hello',
    stops: 'onClose',
  },
  Hono: {
    packages: ['hono'],
    files: {
      'app.mjs': `import { Hono } from 'hono'
export default new Hono().all('/', c => c.text('hello'))
export const onStop = () => console.log('onStop')`,
    },
    app: 'app.mjs',
    answers: 'hello',
    stops: 'onStop',
  },
  Koa: {
    packages: ['koa'],
    files: {
      'app.mjs': `import Koa from 'koa'
const server = new Koa().use(context => { context.body = 'hello' }).listen(${PORT})
${closing('server')}`,
    },
    app: 'app.mjs',
    answers: 'hello',
    stops: 'stopped',
  },
  NestJS: {
    packages: ['@nestjs/core', '@nestjs/common', '@nestjs/platform-express', 'reflect-metadata', 'rxjs'],
    files: {
      'app.mjs': `import 'reflect-metadata'
import { Module } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
class Hooks { onApplicationShutdown(signal) { console.log('onApplicationShutdown', signal) } }
class App {}
Module({ providers: [Hooks] })(App)
const app = await NestFactory.create(App, { logger: false })
app.getHttpAdapter().getInstance().use((request, response) => response.send('hello'))
app.enableShutdownHooks()
await app.listen(${PORT})`,
    },
    app: 'app.mjs',
    answers: 'hello',
    stops: 'onApplicationShutdown SIGTERM',
  },
  'Next.js, custom server': {
    packages: ['next', 'react', 'react-dom'],
    files: {
      'app/page.js': `export const dynamic = 'force-dynamic'\nexport default function Page() { return <p>hello</p> }`,
      'app/layout.js': 'export default function Layout({ children }) { return <html><body>{children}</body></html> }',
      'server.mjs': `import { createServer } from 'node:http'
import next from 'next'
const app = next({ dev: false })
await app.prepare()
const handle = app.getRequestHandler()
createServer((request, response) => handle(request, response)).listen(${PORT})
${BYE}`,
    },
    build: [['node_modules/next/dist/bin/next', 'build']],
    app: 'server.mjs',
    answers: 'hello',
    stops: 'stopped',
  },
  'Next.js, standalone': {
    packages: ['next', 'react', 'react-dom'],
    files: {
      'app/page.js': `export const dynamic = 'force-dynamic'\nexport default function Page() { return <p>hello</p> }`,
      'app/layout.js': 'export default function Layout({ children }) { return <html><body>{children}</body></html> }',
      'next.config.mjs': `export default { output: 'standalone' }`,
      'instrumentation.js': `export function register() { if (process.env.NEXT_RUNTIME === 'nodejs') process.on('SIGTERM', () => console.log('stopped')) }`,
    },
    build: [['node_modules/next/dist/bin/next', 'build']],
    app: '.next/standalone/server.js',
    answers: 'hello',
    stops: 'stopped',
  },
  'Nuxt (Nitro)': {
    packages: ['nuxt', 'vue', 'vue-router'],
    files: {
      'app.vue': '<template><p>hello</p></template>',
      'nuxt.config.mjs': 'export default { telemetry: false }',
      'server/plugins/end.js': `export default defineNitroPlugin(app => app.hooks.hook('close', () => console.log('close')))`,
    },
    build: [['node_modules/nuxt/bin/nuxt.mjs', 'build']],
    app: '.output/server/index.mjs',
    answers: 'hello',
    stops: 'close',
  },
  SvelteKit: {
    packages: ['@sveltejs/kit', '@sveltejs/adapter-node', '@sveltejs/vite-plugin-svelte', 'svelte', 'vite'],
    files: {
      'vite.config.js': `import adapter from '@sveltejs/adapter-node'
import { sveltekit } from '@sveltejs/kit/vite'
export default { plugins: [sveltekit({ adapter: adapter() })] }`,
      'src/app.html': '<!doctype html><html><head>%sveltekit.head%</head><body>%sveltekit.body%</body></html>',
      'src/routes/+page.svelte': '<p>hello</p>',
      'src/hooks.server.js': `process.on('sveltekit:shutdown', reason => console.log('sveltekit:shutdown', reason))`,
    },
    build: [['node_modules/vite/bin/vite.js', 'build']],
    app: 'build/index.js',
    answers: 'hello',
    stops: 'sveltekit:shutdown SIGTERM',
  },
  Astro: {
    packages: ['astro', '@astrojs/node'],
    files: {
      'astro.config.mjs': `import node from '@astrojs/node'\nexport default { output: 'server', adapter: node({ mode: 'standalone' }) }`,
      'src/pages/index.astro': `---\nexport const prerender = false\nglobalThis.bye ??= process.on('SIGTERM', () => console.log('stopped'))\n---\n<p>hello</p>`,
    },
    build: [['node_modules/astro/bin/astro.mjs', 'build']],
    app: 'dist/server/entry.mjs',
    answers: 'hello',
    stops: 'stopped',
    env: { ASTRO_TELEMETRY_DISABLED: '1' },
  },
  'React Router (Remix)': {
    packages: [
      'react-router@8.4.0',
      '@react-router/node@8.4.0',
      '@react-router/express@8.4.0',
      '@react-router/dev@8.4.0',
      'express',
      'vite',
      'react',
      'react-dom',
      'isbot',
    ],
    files: {
      'vite.config.js': `import { reactRouter } from '@react-router/dev/vite'\nexport default { plugins: [reactRouter()] }`,
      'app/root.jsx': `import { Outlet, Scripts } from 'react-router'
export default function Root() { return <html><body><Outlet /><Scripts /></body></html> }`,
      'app/routes.js': `import { index } from '@react-router/dev/routes'\nexport default [index('home.jsx')]`,
      'app/home.jsx': 'export default function Home() { return <p>hello</p> }',
      'server.mjs': `import express from 'express'
import { createRequestHandler } from '@react-router/express'
const app = express()
app.use(createRequestHandler({ build: () => import('./build/server/index.js') }))
const server = app.listen(${PORT})
${closing('server')}`,
    },
    build: [['node_modules/.bin/react-router', 'build']],
    app: 'server.mjs',
    answers: 'hello',
    stops: 'stopped',
  },
  AdonisJS: {
    packages: ['@adonisjs/core', 'reflect-metadata'],
    files: {
      'config/app.js': `import { Secret } from '@adonisjs/core/helpers'
import { defineConfig } from '@adonisjs/core/http'
export const appKey = new Secret('a-key-of-more-than-sixteen-characters')
export const http = defineConfig({})`,
      'config/encryption.js': `import { defineConfig, drivers } from '@adonisjs/core/encryption'
const keys = ['a-key-of-more-than-sixteen-characters']
export default defineConfig({ default: 'gcm', list: { gcm: drivers.aes256gcm({ keys, id: 'gcm' }) } })`,
      'config/logger.js': `import { defineConfig } from '@adonisjs/core/logger'
export default defineConfig({ default: 'app', loggers: { app: { enabled: false } } })`,
      'app.mjs': `import 'reflect-metadata'
import { Ignitor } from '@adonisjs/core'
process.env.HOST = '0.0.0.0'
const importer = file => import(file.startsWith('.') ? new URL(file, import.meta.url).href : file)
await new Ignitor(new URL('./', import.meta.url), { importer })
  .tap(app => {
    app.rcContents({ typescript: false, providers: [() => import('@adonisjs/core/providers/app_provider'), () => import('@adonisjs/core/providers/hash_provider')] })
    app.listen('SIGTERM', () => app.terminate())
    app.terminating(() => console.log('terminating'))
    app.starting(async () => {
      const router = await app.container.make('router')
      router.any('/', () => 'hello')
    })
  })
  .httpServer()
  .start()`,
    },
    app: 'app.mjs',
    answers: 'hello',
    stops: 'terminating',
    env: { NODE_ENV: 'production', APP_KEY: 'a-key-of-more-than-sixteen-characters' },
  },
  'Apollo Server': {
    packages: ['@apollo/server', 'graphql'],
    files: {
      'app.mjs': `import { ApolloServer } from '@apollo/server'
import { startStandaloneServer } from '@apollo/server/standalone'
const server = new ApolloServer({
  typeDefs: 'type Query { hello: String }',
  resolvers: { Query: { hello: () => 'hello' } },
  plugins: [{ serverWillStart: async () => ({ serverWillStop: async () => console.log('serverWillStop') }) }],
})
await startStandaloneServer(server, { listen: { port: ${PORT} } })`,
    },
    app: 'app.mjs',
    answers: '',
    stops: 'serverWillStop',
    env: { NODE_ENV: 'production' },
  },
  'GraphQL Yoga': {
    packages: ['graphql-yoga', 'graphql'],
    files: {
      'app.mjs': `import { createServer } from 'node:http'
import { createSchema, createYoga } from 'graphql-yoga'
const schema = createSchema({ typeDefs: 'type Query { hello: String }', resolvers: { Query: { hello: () => 'hello' } } })
const server = createServer(createYoga({ schema, graphqlEndpoint: '/' })).listen(${PORT})
${closing('server')}`,
    },
    app: 'app.mjs',
    answers: '',
    stops: 'stopped',
  },
  ws: {
    packages: ['ws'],
    files: {
      'app.mjs': `import { createServer } from 'node:http'
import { WebSocketServer } from 'ws'
const server = createServer((request, response) => response.end('hello'))
const sockets = new WebSocketServer({ server })
sockets.on('connection', socket => socket.on('message', data => socket.send(String(data))))
server.listen(${PORT})
${closing('server')}`,
    },
    app: 'app.mjs',
    answers: 'hello',
    stops: 'stopped',
  },
  'Socket.IO': {
    packages: ['socket.io'],
    files: {
      'app.mjs': `import { createServer } from 'node:http'
import { Server } from 'socket.io'
const server = createServer((request, response) => response.end('hello'))
const io = new Server(server, { transports: ['websocket'] })
io.on('connection', socket => socket.on('echo', data => socket.emit('echo', data)))
server.listen(${PORT})
process.on('SIGTERM', () => io.close(() => console.log('stopped')))`,
    },
    app: 'app.mjs',
    answers: 'hello',
    stops: 'stopped',
  },
  'json-server': {
    packages: ['json-server@0.17.4'],
    files: {
      'app.cjs': `const jsonServer = require('json-server')
const app = jsonServer.create()
app.use(jsonServer.router({ posts: [{ id: 1, title: 'hello' }] }))
const server = app.listen(${PORT})
${closing('server')}`,
    },
    app: 'app.cjs',
    answers: '',
    stops: 'stopped',
  },
  verdaccio: {
    packages: ['verdaccio'],
    // It asks for a tag, which mirrors of npm may not have.
    overrides: { 'node-fetch': '2.7.0' },
    files: {
      'config.yaml':
        'storage: ./storage\nauth: { htpasswd: { file: ./htpasswd } }\npackages: { "**": { access: $all } }\nlog: { type: stdout, level: error }\n',
      'app.cjs': `const { runServer } = require('verdaccio')
runServer('./config.yaml').then(app => {
  const server = app.listen(${PORT})
  ${closing('server')}})`,
    },
    app: 'app.cjs',
    answers: '',
    stops: 'stopped',
  },
  'http-proxy': {
    packages: ['http-proxy'],
    files: {
      'app.cjs': `const { createServer } = require('node:http')
const { createProxyServer } = require('http-proxy')
const target = createServer((request, response) => response.end('hello')).listen(0, '127.0.0.1', () => {
  const proxy = createProxyServer({ target: { host: '127.0.0.1', port: target.address().port } })
  const server = createServer((request, response) => proxy.web(request, response, () => response.writeHead(502).end())).listen(${PORT})
  ${closing('server')}})`,
    },
    app: 'app.cjs',
    answers: 'hello',
    stops: 'stopped',
  },
}
